"""An archive is a folder and what made it, in one file that proves itself; a folder runs again as it is."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest
import yaml

from experiments.command import files
from experiments.study import archiving

TWO = ("policies=[baseline,brokers_equal_money]", "seeds=3", "equal_money=30")


@pytest.fixture
def packed(tiny) -> Path:
    assert tiny(*TWO, "out=out").status == 0
    said = tiny("archive=out")
    assert said.status == 0, said.err
    return Path("out.zip")


def test_what_is_packed_is_checked_and_unpacked(tiny, packed):
    said = tiny(f"archive={packed}", "out=there")
    assert said.status == 0, said.err
    assert "are as they were packed" in said.out + said.err
    before, after = (
        {path.relative_to(folder): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}
        for folder in ("out", "there")
    )
    assert before == after
    with zipfile.ZipFile(packed) as archive:
        assert {"archive.json", "README.txt", "conf/policy/brokers.yaml"} <= set(archive.namelist())


def test_the_same_folder_gives_the_same_file(tiny, packed):
    first = packed.read_bytes()
    packed.unlink()
    said = tiny("archive=out", "out=there")
    assert said.status == 0
    assert "out changes nothing here" in said.err
    assert not Path("there").exists()
    assert packed.read_bytes() == first
    assert "is there already" in tiny("archive=out").err


def altered(file: Path, change) -> None:
    """Rewrite an archive, member by member."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def escaping(members: dict[str, bytes]) -> None:
    listing = json.loads(members["archive.json"])
    members["results/../../escaped"] = b"x"
    listing["files"]["results/../../escaped"] = archiving.hashlib.sha256(b"x").hexdigest()
    members["archive.json"] = json.dumps(listing).encode()


CHANGES = {
    "results/rows.parquet was changed": lambda all_: all_.update({"results/rows.parquet": b"other"}),
    "results/config.yaml is missing": lambda all_: all_.pop("results/config.yaml"),
    "results/more is not on its list": lambda all_: all_.update({"results/more": b""}),
    "is no archive of towngown, or damaged": lambda all_: all_.update({"archive.json": b"{}"}),
    "escaped would be written outside of its folder": escaping,
}


def test_what_differs_is_told_and_nothing_is_unpacked(tiny, packed):
    whole = packed.read_bytes()
    for message, change in CHANGES.items():
        packed.write_bytes(whole)
        altered(packed, change)
        said = tiny(f"archive={packed}", "out=there")
        assert said.status == 2
        assert message in said.err
        assert not Path("there").exists()
        assert not Path("escaped").exists()


def test_other_versions_are_told():
    listing = {"made_by": {"version": "0.0.1", "packages": {"numpy": "1.0"}}}
    told = "\n".join(archiving.differences(listing))
    assert "The program's version was 0.0.1, and is" in told
    assert "numpy was 1.0, and is" in told


def test_a_folder_that_was_changed_is_not_packed(tiny):
    assert tiny(*TWO, "out=out").status == 0
    Path("out/effects.csv").write_text("mine")
    assert "effects.csv was changed or lost" in tiny("archive=out").err
    assert "it takes a folder that towngown wrote" in tiny("archive=store").err


def test_config_yaml_runs_again_as_it_is(tiny, towngown, packed):
    """In another store, from the unpacked folder: the same rows and tables, solved intensities included."""
    assert tiny(f"archive={packed}", "out=there").status == 0
    said = towngown("again=there", "store=other", "out=again", "figures=false")
    assert said.status == 0, said.err
    for name in ("rows.parquet", "effects.csv", "verdicts.csv", "costs.csv", "best.csv"):
        assert Path("again", name).read_bytes() == Path("out", name).read_bytes(), name
    settings = [yaml.safe_load(Path(name, "config.yaml").read_text()) for name in ("out", "again")]
    of_now = {"out": "", "store": "", "figures": True}
    assert settings[0] | of_now == settings[1] | of_now


def test_lists_of_ones_own_are_packed_and_run_again_wherever_they_are(tiny, towngown):
    """The files themselves may have gone, or say something else by then."""
    councils, universities = Path("councils.csv"), Path("universities.csv")
    title = "name,region,latitude,longitude"
    councils.write_text(f"{title},population\nA,R,52,0,100000\nB,R,53,0,200000\n")
    universities.write_text(f"{title},staff\nU,R,52,0,40\n")
    files = ("population=csv", "population.councils=councils.csv", "population.universities=universities.csv")
    horizon = ("parameters.warmup=6", "parameters.horizon=24", "figures=false", "ledger.seeds=0")
    bare = ("equal_money=null", "posterior.parameters=null", "seeds=2")
    assert towngown(*files, *horizon, *bare, "policy=phds", "store=store", "out=out").status == 0
    councils.write_text(f"{title},population\nA,R,52,0,7\nB,R,53,0,200000\n")
    universities.unlink()
    runs_again_from_an_archive(tiny, towngown)
    assert Path("again/lists/councils.csv").exists()


def test_points_of_ones_own_are_packed_and_run_again_wherever_they_are(tiny, towngown):
    """A point changes nothing; one a word, one whole numbers and one a share, of which every bit counts."""
    Path("points.csv").write_text("austerity,motives,brokers\n,,\n0.1,survey,\n0.30000000000000004,,3\n")
    asked = ("experiment=points", "design.file=points.csv", "seeds=2", "policies=[baseline]", "out=out")
    assert tiny(*asked).status == 0
    Path("points.csv").unlink()
    runs_again_from_an_archive(tiny, towngown)


def runs_again_from_an_archive(tiny, towngown, *tables: str) -> None:
    """Pack `out`, unpack it, and run it again in another store, to the same rows."""
    assert tiny("archive=out").status == 0
    assert tiny("archive=out.zip", "out=there").status == 0
    said = towngown("again=there", "store=other", "out=again", "figures=false")
    assert said.status == 0, said.err
    for name in ("rows.parquet", *tables):
        assert Path("again", name).read_bytes() == Path("out", name).read_bytes(), name


def test_sets_of_parameters_of_ones_own_are_too(tiny, towngown):
    """The sample over which a comparison is made again, and the rivals under which policies are compared."""
    sets = Path("mine/parameters")
    sets.mkdir(parents=True)
    lines = "\n".join(str(0.001 * number) for number in range(1, 31))
    (sets / "mine.csv").write_text(f"researcher_exit\n{lines}\n")
    (sets / "mine.yaml").write_text("points: mine.csv\n")
    asked = ("--config-dir=mine", "policies=[baseline,phds]", "seeds=2", "out=out")
    assert tiny(*asked, "posterior.parameters=mine", "posterior.points=20").status == 0
    shutil.rmtree("mine")
    runs_again_from_an_archive(tiny, towngown, "posterior.parquet")


def test_rivals_of_ones_own_are_too(tiny, towngown):
    sets = Path("mine/parameters")
    sets.mkdir(parents=True)
    (sets / "as_it_is.yaml").write_text("{}\n")
    (sets / "bleak.yaml").write_text("austerity: 0.1\nmotives: survey\n")
    asked = ("--config-dir=mine", "policies=[baseline,phds]", "seeds=2", "out=out")
    assert tiny(*asked, "experiment=rivals", "rivals=[as_it_is,bleak]").status == 0
    shutil.rmtree("mine")
    runs_again_from_an_archive(tiny, towngown)


def test_a_pattern_of_ones_own_is_too(tiny, towngown):
    Path("mine/pattern").mkdir(parents=True)
    own = (files.CONF / "pattern/project_life.yaml").read_text()
    Path("mine/pattern/own_life.yaml").write_text(own)
    asked = ("--config-dir=mine", "experiment=validate", "patterns=[own_life]", "seeds=2", "out=out")
    assert tiny(*asked).status == 0
    shutil.rmtree("mine")
    runs_again_from_an_archive(tiny, towngown, "patterns.csv")


def test_nothing_is_changed_in_what_runs_again(towngown):
    assert "seeds does not go with again" in towngown("again=out", "seeds=5").err
    assert "it holds no config.yaml" in towngown("again=nowhere").err
