"""The folder of results: whole or not at all, and never at the cost of what others have put there."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from experiments.rows.store import SYSTEM_FILES
from experiments.study.folder import MANIFEST, claimed, files_in, written_whole
from model.problems import BadInput

JOB = ("policy=phds", "seeds=1", "out=out")


def fill(place: Path, **files: str) -> None:
    """Write files and their manifest, as a job does."""
    for name, text in files.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text)
    (place / MANIFEST).write_text(json.dumps({"program": "towngown", "files": files_in(place)}))


def written(out: Path, **files: str) -> None:
    with written_whole(out) as place:
        fill(place, **files)


def content(place: Path) -> dict[str, bytes]:
    return {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def test_files_of_others_among_results_stay(tiny) -> None:
    assert tiny("policy=phds", "seeds=4", "out=out").status == 0
    first = set(content(Path("out")))
    mine = {"my_analysis.csv": b"1", "figures/report.docx": b"2", "notes/thesis.txt": b"3"}
    for name, text in mine.items():
        (Path("out") / name).parent.mkdir(exist_ok=True)
        (Path("out") / name).write_bytes(text)
    assert tiny("experiment=run", "seeds=3:4", "out=out").status == 0
    there = content(Path("out"))
    assert {name: there[name] for name in mine} == mine
    assert list(pd.read_parquet("out/rows.parquet")["seed"]) == [3]
    listed = json.loads(there[MANIFEST])["files"]
    assert there.keys() == {*mine, *listed, MANIFEST}
    assert "effects.csv" in first - there.keys()
    assert {path.name for path in Path().iterdir()} == {"out", "store"}


def test_results_that_were_changed_are_not_replaced(tiny) -> None:
    assert tiny(*JOB).status == 0
    Path("out/effects.csv").write_text("mine now")
    said = tiny(*JOB)
    assert said.status == 2
    assert "out = out: effects.csv was changed since this program wrote it" in said.err
    Path("out/effects.csv").rename("out/mine.csv")
    assert tiny(*JOB).status == 0
    assert Path("out/mine.csv").read_text() == "mine now"


@pytest.mark.parametrize(
    "manifest",
    [
        '{"name": "a-package"}',
        "[]",
        "no JSON",
        '{"program": "towngown"}',
        '{"program": "towngown", "files": {"../thesis.txt": ""}}',
        '{"program": "towngown", "files": {"/etc": ""}}',
    ],
)
def test_a_folder_with_any_manifest_is_not_the_program_s(tmp_path: Path, manifest: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / MANIFEST).write_text(manifest)
    (out / "thesis-data.csv").write_text("precious")
    with pytest.raises(BadInput, match="holds something that this program did not write"):
        written(out, rows="1")
    assert content(out).keys() == {MANIFEST, "thesis-data.csv"}


def test_a_file_of_others_that_is_in_the_way_stops_the_job(tmp_path: Path) -> None:
    out = tmp_path / "out"
    written(out, rows="1")
    (out / "months").write_text("precious")
    before = content(out)
    with pytest.raises(BadInput, match="holds months, which this program did not write"):
        written(out, rows="2", months="2")
    assert content(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("fails_at", range(1, 9))
def test_if_anything_fails_the_earlier_results_are_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    out, replace, moves = tmp_path / "out", Path.replace, []
    written(out, **{"rows": "1", "figures/a": "1", "figures/b": "1"})
    (out / "mine").write_text("precious")
    before = content(out)

    def failing(path: Path, target: Path) -> Path:
        moves.append(path)
        if len(moves) == fails_at:
            raise KeyboardInterrupt
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", failing)
    try:
        written(out, **{"rows": "2", "figures/a": "2", "months": "2"})
    except KeyboardInterrupt:
        assert content(out) == before
    else:
        assert len(moves) < fails_at
        assert content(out).keys() == {"rows", "figures/a", "months", "mine", MANIFEST}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_link_stays_a_link(tiny) -> None:
    Path("disk").mkdir()
    Path("out").symlink_to("disk")
    for _ in range(2):
        assert tiny(*JOB).status == 0
    assert Path("out").is_symlink()
    assert Path("disk/rows.parquet").exists()
    assert {path.name for path in Path().iterdir()} == {"out", "disk", "store"}


@pytest.mark.parametrize("name", SYSTEM_FILES)
def test_what_systems_leave_in_folders_does_no_harm(tiny, name: str) -> None:
    for place in ("out", "store"):
        Path(place).mkdir()
        (Path(place) / name).write_text("theirs")
    for _ in range(2):
        assert tiny(*JOB).status == 0
        assert (Path("out") / name).read_text() == "theirs"


def test_a_folder_named_by_the_moment_is_nobody_else_s(tmp_path: Path) -> None:
    out = tmp_path / "results" / "now"
    with claimed(out, is_new=True) as one, claimed(out, is_new=True) as other:
        assert (one, other) == (out, out.with_name("now_2"))
        written(one, rows="one")
        written(other, rows="other")
    assert (one / "rows").read_text() == "one"
    with pytest.raises(KeyboardInterrupt), claimed(out, is_new=True):
        raise KeyboardInterrupt
    assert sorted(path.name for path in out.parent.iterdir()) == ["now", "now_2"]


def test_commands_of_one_second_have_folders_of_their_own(tiny) -> None:
    for _ in range(2):  # one of them may be of the next second
        assert tiny("policy=phds", "seeds=1", "out=results/${now:%Y}").status == 0
    assert len(list(Path("results").glob("*/rows.parquet"))) == 2
    assert tiny("policy=phds", "seeds=3", "dry_run=true", "out=dry/${now:%Y}").status == 0
    assert not Path("dry").exists()


def test_only_what_the_dead_have_left_is_removed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        pass
    here = platform.node()
    kept = [f".out.{here}-{os.getpid()}-0123abcd.partial", ".out.elsewhere-1-0123abcd.old", ".mine.partial"]
    gone = [f".x.{here}-{dead.pid}-0123abcd.partial", ".x.elsewhere-1-0123abcd.partial"]
    for name in (*kept, *gone):
        (tmp_path / name).mkdir()
    os.utime(tmp_path / gone[1], (0, 0))
    written(tmp_path / "out", rows="1")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["out", *kept])


def test_a_folder_that_a_killed_job_had_taken_goes_with_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    code = """if True:
        import os, signal, sys
        from pathlib import Path
        from experiments.study.folder import claimed
        with claimed(Path(sys.argv[1]) / "now", is_new=True) as out:
            for name in sys.argv[2:]:
                (out / name).write_text("theirs")
            os.kill(os.getpid(), signal.SIGKILL)
    """
    for names in ([], ["mine.csv"]):  # the second finds the first one's gone, and its own name free
        subprocess.run([sys.executable, "-c", code, str(folder), *names], check=False)
        assert [path.name for path in folder.iterdir() if path.suffix != ".claim"] == ["now"]
    with claimed(folder / "later", is_new=True):
        pass
    assert {path.name for path in folder.iterdir()} == {"now", "later"}
    assert content(folder) == {"now/mine.csv": b"theirs"}
