"""Wherever output goes, though nobody reads it any more, the work is done; figures mind no settings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.experiments.conftest import TINY

ROOT = Path(__file__).parents[2]
MAIN = "import sys; from experiments.main import main; sys.exit(main())"
ASKED = ("policies=[baseline,phds]", "seeds=2", "out=out")


def program(*arguments, folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **environment):
    """The program in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, *arguments], cwd=folder, stdout=stdout, stderr=stderr,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip


@pytest.mark.parametrize("arguments", [("--help",), (*TINY, *ASKED)])
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_letters_that_are_not_known_are_written_as_others(tmp_path, encoding, arguments):
    with program(*arguments, folder=tmp_path, PYTHONIOENCODING=encoding) as ran:
        out, err = ran.communicate()
    assert ran.returncode == 0, err
    text = out.decode(encoding) + err.decode(encoding)
    assert "?" not in text.replace("?\n", "").replace("? ", "")
    assert "±" in text or "+-" in text


def test_so_they_are_by_the_settings_of_a_bare_machine(tmp_path):
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    with program("--help", folder=tmp_path, **plain) as ran:
        assert b"+-" in ran.communicate()[0]
    assert ran.returncode == 0


@pytest.mark.parametrize("arguments", [("--help",), (*TINY, *ASKED)])
def test_a_reader_may_leave(tmp_path, arguments):
    """As `head` does: the exit status says that the work was done."""
    read, write = os.pipe()
    with program(*arguments, folder=tmp_path, stdout=write) as ran:
        os.close(write)
        os.close(read)
        _, err = ran.communicate()
    assert (ran.returncode, b"Traceback" in err, b"BrokenPipe" in err) == (0, False, False)
    assert "out" not in str(arguments) or (tmp_path / "out" / "effects.csv").exists()


def test_a_reader_of_notes_may_leave(tmp_path):
    """Runs are finished though nobody sees how far they are."""
    with program(*TINY, *ASKED, folder=tmp_path) as ran:
        assert ran.stderr
        ran.stderr.close()
        assert ran.wait() == 0
    assert (tmp_path / "out" / "effects.csv").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="takes a disk that is always full")
@pytest.mark.parametrize("arguments", [("--help",), (*TINY, *ASKED)])
def test_a_full_disk_is_told_of_what_was_asked_and_ends_no_work(tmp_path, arguments):
    with Path("/dev/full").open("w") as full, program(*arguments, folder=tmp_path, stdout=full) as ran:
        _, err = ran.communicate()
    assert ran.returncode == 1
    assert b"Standard output cannot be written to: No space left on device." in err
    assert b"Traceback" not in err
    assert "out" not in str(arguments) or (tmp_path / "out" / "effects.csv").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="takes a disk that is always full")
def test_notes_that_fit_nowhere_are_dropped(tmp_path):
    with Path("/dev/full").open("w") as full, program(*TINY, *ASKED, folder=tmp_path, stderr=full) as ran:
        ran.communicate()
    assert ran.returncode == 0
    assert (tmp_path / "out" / "effects.csv").exists()


@pytest.mark.parametrize(
    "backend", ["module://not_there", pytest.param("nonsense", marks=pytest.mark.thorough)]
)
def test_figures_are_the_programs_own(tmp_path, backend):
    """Whatever a notebook or a `matplotlibrc` sets."""
    tables = [*TINY[:-2], "store=store", *ASKED]
    with program(*tables, folder=tmp_path) as ran:
        ran.communicate()
    wanted = (tmp_path / "out/figures/effects.png").read_bytes()
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\nfont.size: 30\naxes.facecolor: black\n")
    with program(*tables, folder=tmp_path, MPLBACKEND=backend) as ran:
        _, err = ran.communicate()
    assert ran.returncode == 0, err
    assert (tmp_path / "out/figures/effects.png").read_bytes() == wanted
