"""What every test shares: a word about the first compilation, which takes long; programs that take Ctrl-C."""

import signal

import pytest

from experiments.running.engine import cores
from model.machine.compiling import is_compiled


def pytest_report_header():
    return [] if is_compiled() else ["The model's rules are compiled first: about half a minute, once."]


def pytest_configure(config):
    """Compile once, before several processes would each do it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in jobs behind a shell; programs inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    several = getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput")
    if several and not is_compiled():
        from model.simulation import run

        run()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """One more than there are cores, as many tests wait for programs that they begin."""
    return cores() + 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What is thorough is slow."""
    for item in items:
        if item.get_closest_marker("thorough"):
            item.add_marker("slow")
