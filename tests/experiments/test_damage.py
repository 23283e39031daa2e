"""Damage: whatever becomes of a store's files, no number is wrong, and the same command mends it."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments.rows.outcomes import Failure, Finished
from experiments.rows.parts import Lost, Parts
from experiments.rows.seal import Broken, check_footer, checked, sealed
from experiments.rows.store import Store
from model.measures import RATIOS
from tests.experiments import filling
from tests.experiments.test_failures import flat
from tests.experiments.test_parts import names, table
from tests.experiments.test_study import POLICIES, runs, same  # noqa: F401 - a fixture

SEEDS = 3


def flipped(content: bytes, bit: int) -> bytes:
    return content[: bit // 8] + bytes([content[bit // 8] ^ 1 << bit % 8]) + content[bit // 8 + 1 :]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("untouched")
    filling.fill(folder, filling.plan(SEEDS))
    return filling.contents(folder, filling.plan(SEEDS))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    filling.fill(tmp_path / "store", filling.plan(SEEDS))
    return tmp_path / "store"


def part_of(store: Path, kind: str) -> Path:
    (part,) = (store / kind).glob("*.parquet")
    return part


# A seal


def test_no_bit_of_a_sealed_file_can_be_flipped() -> None:
    content = sealed(table(0, 2))
    assert checked(content) == content
    for bit in range(8 * len(content)):
        with pytest.raises(Broken):
            checked(flipped(content, bit))


def test_a_footer_proves_itself_whole_whatever_is_before_it() -> None:
    content = sealed(table(0, 2))
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    check_footer(io.BytesIO(flipped(content, 8 * footer - 1)))
    for bit in range(8 * footer, 8 * len(content)):
        with pytest.raises(Broken):
            check_footer(io.BytesIO(flipped(content, bit)))


@pytest.mark.parametrize("length", [0, 1, 7, 8, 100, -1])
def test_a_file_cut_short_is_none(length: int) -> None:
    content = sealed(table(0, 2))[:length]
    for check in (checked, lambda short: check_footer(io.BytesIO(short))):
        with pytest.raises(Broken):
            check(content)


def test_any_reader_reads_a_sealed_file() -> None:
    assert pq.read_table(pa.BufferReader(sealed(table(0, 9)))).equals(table(0, 9))


@pytest.mark.parametrize("is_large", [False, True])
def test_a_part_with_a_flipped_bit_has_the_right_rows_or_none(tmp_path: Path, is_large: bool) -> None:
    Parts(tmp_path).add(table(0, 2))
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    for bit in range(0, 8 * len(whole), 3):
        path.write_bytes(flipped(whole, bit))
        parts = Parts(tmp_path, is_large=is_large)
        if not parts.damaged:  # its names alone have been looked at, and they are right
            assert parts.names().to_pylist() == names(0, 1)
            with pytest.raises(Lost, match="altered"):
                parts.read(names(0, 1))
        assert not len(parts)
        (aside,) = parts.damaged
        aside.unlink()


# Lines that cannot be


def retyped(kind: pa.DataType, column: str) -> Callable[[pa.Table], pa.Table]:
    return lambda rows: rows.set_column(
        rows.column_names.index(column), column, rows[column].cast(kind, safe=False)
    )


def put(column: str, *values: object) -> Callable[[pa.Table], pa.Table]:
    """The first lines of a column at other values."""

    def change(rows: pa.Table) -> pa.Table:
        changed = pa.array(
            [*values, *rows[column].to_pylist()[len(values) :]], rows.schema.field(column).type
        )
        return rows.set_column(rows.column_names.index(column), column, changed)

    return change


def swapped(*columns: str) -> Callable[[pa.Table], pa.Table]:
    """The first two lines of some columns in each other's place."""

    def change(rows: pa.Table) -> pa.Table:
        for column in columns:
            one, other = rows[column].to_pylist()[:2]
            rows = put(column, other, one)(rows)
        return rows

    return change


WRONG: dict[str, tuple[str, Callable[[pa.Table], pa.Table], str]] = {
    "single precision": ("rows", retyped(pa.float32(), "needs_met"), "has float in the column needs_met"),
    "whole numbers": ("rows", retyped(pa.int64(), "needs_met"), "has int64 in the column needs_met"),
    "seeds as text": ("rows", retyped(pa.string(), "seed"), "has string in the column seed"),
    "a gap": ("rows", put("needs_met", None), "has gaps in the column needs_met"),
    "no name": ("rows", put("row", None), "has gaps in the column row"),
    "not a number": ("rows", put("needs_met", np.nan), "has what is no number in the column needs_met"),
    "infinite": ("rows", put(RATIOS[0], np.inf), f"has what is no number in the column {RATIOS[0]}"),
    "no column": ("rows", lambda rows: rows.drop_columns("value"), "lacks the column value"),
    "no names": ("rows", lambda rows: rows.drop_columns("row"), "lacks the column row"),
    "one column more": (
        "rows", lambda rows: rows.append_column("mine", rows["value"]), "has a column mine, which does not",
    ),
    "months of another": ("months", swapped("series", "spells"), "has months of one row under the name of"),
    "bound months of another": ("months", swapped("series", "spells", "bound"), "has months of one"),
    "names of another": ("months", swapped("row"), "is altered"),
    "months without binding": ("months", lambda rows: rows.drop_columns("bound"), "lacks the column bound"),
    "another horizon": ("months", put("horizon", 12), "has months of one row under the name of another"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_lines_that_cannot_be_are_put_aside(store: Path, untouched: pd.DataFrame, wrong: str) -> None:
    kind, change, reason = WRONG[wrong]
    part = part_of(store, kind)
    part.write_bytes(sealed(change(pq.read_table(part))))
    opened = Store(store)
    present = [name for name in untouched["row"] if opened.has([name])[0]]
    if present:  # months are read when they are used
        with pytest.raises(Lost, match=reason):
            opened.details(present)
    assert f"{part} {reason}" in opened.news()[0]
    assert [path.suffix for path in opened.damaged] == [".damaged"]
    assert filling.fill(store, filling.plan(SEEDS)).n_run == 2 * SEEDS
    assert filling.contents(store, filling.plan(SEEDS)).equals(untouched)


def test_a_ratio_may_be_not_a_number(store: Path) -> None:
    part = part_of(store, "rows")
    part.write_bytes(sealed(put(RATIOS[0], np.nan)(pq.read_table(part))))
    assert not Store(store).damaged


@pytest.mark.parametrize(("kind", "other"), [("rows", "months"), ("months", "rows"), ("rows", "failures")])
def test_a_part_of_another_table_is_put_aside(
    store: Path, untouched: pd.DataFrame, kind: str, other: str
) -> None:
    stray = store / other / "stray.parquet"
    stray.write_bytes(part_of(store, kind).read_bytes())
    assert [path.name for path in Store(store).damaged] == ["stray.damaged"]
    assert filling.fill(store, filling.plan(SEEDS)).n_run == 0
    assert filling.contents(store, filling.plan(SEEDS)).equals(untouched)


def test_a_part_replaced_by_another_after_it_was_seen_is_noticed(tmp_path: Path) -> None:
    for first in (0, 5):
        Parts(tmp_path).add(table(first, first + 5))
    parts = Parts(tmp_path, is_large=True)
    one, other = sorted(tmp_path.iterdir())
    one.write_bytes(other.read_bytes())
    with pytest.raises(Lost, match="other rows"):
        parts.read(names(0))


def test_a_damaged_failure_is_put_aside(tmp_path: Path) -> None:
    row = filling.plan(1).family(0).rows[0]
    store = Store(tmp_path)
    store.add(Finished([row], [Failure("exception", "broken", "Traceback ...")]))
    part = part_of(tmp_path, "failures")
    part.write_bytes(flipped(part.read_bytes(), 8 * 40))
    opened = Store(tmp_path)
    assert [path.suffix for path in opened.damaged] == [".damaged"]
    assert not opened.failures_of([row.name])


# What is no part


def fifo(path: Path) -> None:
    os.mkfifo(path)


STRANGE: dict[str, Callable[[Path], object]] = {
    "pipe": fifo,
    "folder": Path.mkdir,
    "link to nothing": lambda path: path.symlink_to("nothing"),
    "link to itself": lambda path: path.symlink_to(path.name),
    "device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("kind", ["rows", "months", "failures"])
@pytest.mark.parametrize("strange", STRANGE)
def test_what_is_no_file_is_named_and_passed_over(store: Path, strange: str, kind: str) -> None:
    path = store / kind / "x.parquet"
    STRANGE[strange](path)
    opened = Store(store)
    assert opened.news() == [f"{path} is no file, nor leads to one: it is passed over."]
    opened.refresh()
    assert not opened.news()
    assert opened.has(filling.plan(SEEDS).names(range(SEEDS))).all()
    assert os.path.lexists(path)


@pytest.mark.parametrize("strange", [name for name in STRANGE if name != "folder"])
def test_a_strange_population_is_written_anew(store: Path, strange: str) -> None:
    (path,) = (store / "populations").iterdir()
    whole = path.read_bytes()
    path.unlink()
    STRANGE[strange](path)
    Store(store).keep(filling.plan(1).population)
    assert path.read_bytes() == whole


def test_files_that_vanish_as_they_are_looked_at_are_no_fault(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = os.scandir

    def late(folder: Path) -> list[os.DirEntry]:
        """A list of what was there a moment ago."""
        gone = [Path(folder) / name for name in ("gone.parquet", ".gone.partial")]
        for path in gone:
            path.write_bytes(b"")
        entries = list(listed(folder))
        for path in gone:
            path.unlink()
        return entries

    monkeypatch.setattr(os, "scandir", late)
    opened = Store(store)
    assert opened.has(filling.plan(SEEDS).names(range(SEEDS))).all()
    assert not opened.news()


# The same command


@pytest.mark.parametrize(
    "share",
    [0.2, 0.9999, *(pytest.param(share, marks=pytest.mark.thorough) for share in (0.0, 0.5, 0.9, 0.97))],
)
@pytest.mark.parametrize("kind", ["rows", "months"])
def test_the_same_command_mends_a_flipped_bit(tiny, runs, kind: str, share: float) -> None:  # noqa: F811
    assert tiny(POLICIES, "seeds=3", "out=before").status == 0
    part = part_of(Path("store"), kind)
    whole = part.read_bytes()
    part.write_bytes(flipped(whole, int(share * 8 * len(whole))))
    runs()
    said = tiny(POLICIES, "seeds=3", "out=after")
    assert said.status == 0, said.err
    assert f"{part.name}" in flat(said.err)
    assert "was put aside as" in flat(said.err)
    assert runs() == 6
    same("before", "after")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["rows", "months"])
@pytest.mark.parametrize("bits", [100, pytest.param(2000, marks=pytest.mark.thorough)])
def test_no_flipped_bit_gives_a_wrong_number(
    store: Path, untouched: pd.DataFrame, kind: str, bits: int
) -> None:
    part = part_of(store, kind)
    whole, chance = part.read_bytes(), np.random.default_rng(1)
    for bit in chance.choice(8 * len(whole), bits, replace=False).tolist():
        part.write_bytes(flipped(whole, bit))
        try:
            found = filling.contents(store, filling.plan(SEEDS))
        except (Lost, KeyError):  # then they are missing
            assert not Store(store).has(list(untouched["row"])).any()
            continue
        raise AssertionError(f"bit {bit} is believed: {found.equals(untouched)}")
