"""A Dask cluster that is not what it should be: told in plain words, and no finished row is lost."""

import contextlib
import logging
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pandas as pd
import psutil
import pytest
from distributed import Client, Security

from experiments.rows.store import Store
from experiments.running import dask
from tests.experiments.program import PATIENCE, parts_of, started, until

DASK = Path(sys.executable).with_name("dask")
SWEEP = ("policies=[baseline,joint_posts]", "seeds=500")
NEVER_ANSWERS = "tcp://127.0.0.1:9"


@contextmanager
def running(*command: str | Path, until_it_says: str) -> Iterator[tuple[subprocess.Popen, str]]:
    """A command of Dask's, and the line in which it says that it is ready; killed at the end."""
    with tempfile.NamedTemporaryFile() as log:

        def ready() -> list[str]:
            return [line for line in Path(log.name).read_text().splitlines() if until_it_says in line]

        program = subprocess.Popen([DASK, *command], stderr=log)
        try:
            until(ready, program)
            yield program, ready()[0]
        finally:
            program.kill()
            program.wait()


@contextmanager
def scheduler() -> Iterator[tuple[subprocess.Popen, str]]:
    """A scheduler and its address."""
    command = ("scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
    with running(*command, until_it_says="Scheduler at:") as (program, line):
        yield program, line.split()[-1]


@contextmanager
def worker(address: str, *options: str) -> Iterator[subprocess.Popen]:
    command = ("worker", address, "--no-nanny", "--no-dashboard", "--nthreads", "1", *options)
    with running(*command, until_it_says="Registered to") as (program, _):
        yield program


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "_PATIENCE", 1)


def test_an_address_where_nobody_answers_is_told(tiny, impatient) -> None:
    said = tiny("engine=dask", f"engine.address={NEVER_ANSWERS}")
    assert said.status == 2
    assert f"engine.address = {NEVER_ANSWERS}: no scheduler answers there" in said.err


def test_an_address_that_is_none_is_told(tiny, impatient) -> None:
    said = tiny("engine=dask", "engine.address=nonsense")
    assert said.status == 2
    assert "engine.address = nonsense: no scheduler answers there" in said.err


def test_dask_that_is_not_installed_is_told(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = tiny("engine=dask")
    assert said.status == 2
    assert "engine=dask needs Dask, which is not installed" in said.err


@pytest.mark.slow
def test_a_scheduler_without_workers_waits_for_one(tmp_path: Path) -> None:
    with (
        scheduler() as (_, address),
        started(
            "engine=dask", f"engine.address={address}", "policy=phds", "seeds=3", folder=tmp_path
        ) as program,
    ):
        assert program.stderr
        until(lambda: "has no workers" in program.stderr.readline(), program)
        assert program.poll() is None
        with worker(address):
            _, err = program.communicate(timeout=PATIENCE)
    assert program.returncode == 0, err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("preload", "message"),
    [
        ("import sys; sys.modules['experiments'] = None", "A worker cannot run the model (No module named"),
        (
            "import model.machine.compiling; model.machine.compiling.code_digest = lambda: 'old'",
            "A worker has version",
        ),
    ],
)
def test_a_worker_without_this_version_is_told(tiny, preload: str, message: str) -> None:
    with scheduler() as (_, address), worker(address, "--preload", preload):
        said = tiny("engine=dask", f"engine.address={address}", "policy=phds", "seeds=3")
    assert said.status == 2
    assert message in said.err
    assert "install the same version everywhere" in " ".join(said.err.split())
    assert not len(Store(Path("store")).rows)


@pytest.mark.slow
def test_dask_keeps_quiet_of_a_lost_connection(caplog: pytest.LogCaptureFixture) -> None:
    said_by_dask = logging.getLogger("distributed")
    with scheduler() as (head, address), worker(address), dask.cluster(address, workers=1) as engine:
        said_by_dask.addHandler(caplog.handler)
        head.kill()
        for _ in range(300):  # so that something is being sent when it closes
            engine.client.submit(len, "", pure=False)
            time.sleep(0.001)
    said_by_dask.removeHandler(caplog.handler)
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.slow
def test_workers_of_this_machine_are_nobody_elses() -> None:
    """Others who use the machine reach their ports, and no more; no other machine reaches them."""
    with dask.cluster(None, workers=2) as engine:
        address = engine.client.scheduler_info()["address"]
        for open_to_all, security in (
            (address.replace("tls:", "tcp:"), None),
            (address, Security.temporary()),
        ):
            with pytest.raises(OSError, match=r"ConnectionReset|certificate|closed|Timed out"):
                Client(open_to_all, security=security, timeout=3)
        processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
        sockets = [each for process in processes for each in process.net_connections()]
        listening = [each.laddr for each in sockets if each.status == psutil.CONN_LISTEN]
        assert len(listening) > 4
        assert {where.ip for where in listening} == {"127.0.0.1"}
        for where in listening:
            with contextlib.suppress(OSError), socket.create_connection(where, timeout=3) as one:
                one.sendall(b"GET /info/main/workers.html HTTP/1.0\r\n\r\n")
                assert not one.recv(100).startswith(b"HTTP/1.1 200")


def test_what_a_killed_program_left_of_its_workers_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with started(*SWEEP, "engine=dask", "engine.threads=1", "out=out", folder=tmp_path) as program:
        until(lambda: parts_of(tmp_path / "store"), program)
        program.kill()
        program.wait()
    assert list(tmp_path.glob(".towngown.*.partial"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with dask.cluster(None, 1):
        assert len(list(tmp_path.glob(".towngown.*.partial"))) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"store"}


def test_what_makes_certificates_and_is_not_installed_is_told(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    said = tiny("engine=dask")
    assert said.status == 2
    assert "engine=dask needs cryptography to start workers" in said.err


@pytest.mark.slow
def test_workers_of_this_machine_keep_quiet(capfd: pytest.CaptureFixture) -> None:
    with dask.cluster(None, workers=1) as engine:
        engine.client.run(logging.getLogger("distributed.worker").error, "no heartbeat")
    assert capfd.readouterr().err == ""


@pytest.mark.slow
@pytest.mark.parametrize("dies", ["scheduler", pytest.param("worker", marks=pytest.mark.thorough)])
def test_what_was_finished_before_a_cluster_dies_is_kept(tiny: Callable, tmp_path: Path, dies: str) -> None:
    with scheduler() as (head, address), worker(address) as hand:
        arguments = (*SWEEP, "engine=dask", f"engine.address={address}", "out=out")
        with started(*arguments, folder=tmp_path) as program:
            until(lambda: parts_of(tmp_path / "store"), program)
            {"scheduler": head, "worker": hand}[dies].kill()
            with worker(address) if dies == "worker" else nullcontext():
                _, err = program.communicate(timeout=PATIENCE)
    if dies == "worker":
        assert program.returncode == 0, err
    else:
        assert program.returncode == 1
        assert "the same command goes on from there" in " ".join(err.split())
        assert "Traceback" not in err
        assert 0 < len(Store(tmp_path / "store").rows) < 1000
        assert tiny(*SWEEP, "out=out").status == 0
    assert tiny(*SWEEP, "store=another", "out=untouched").status == 0
    for table in ("rows", "effects"):
        one, other = (pd.read_parquet(tmp_path / out / f"{table}.parquet") for out in ("out", "untouched"))
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_workers_that_die_at_the_start_are_told_in_a_line() -> None:
    def dies(**_: object) -> None:
        raise RuntimeError("Nanny failed to start.")

    with pytest.raises(OSError, match="workers cannot be started") as told:
        dask._started(dies)
    assert len(str(told.value).splitlines()) == 1
