"""Parts: whole or not there, whoever writes, dies, or damages them."""

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from experiments.rows import parts
from experiments.rows.parts import Parts, StoreError


def table(first: int, end: int) -> pa.Table:
    numbers = np.arange(first, end)
    return pa.table(
        {"row": [f"{n:032x}" for n in numbers], "text": ["x"] * len(numbers), "value": numbers / 7}
    )


def names(*numbers: int) -> list[str]:
    return [f"{n:032x}" for n in numbers]


def test_rows_come_back_in_the_order_asked(tmp_path: Path) -> None:
    own = Parts(tmp_path)
    for first in range(0, 100, 10):
        own.add(table(first, first + 10))
    asked = names(73, 2, 99, 2, 41)
    for found in (own, Parts(tmp_path)):
        assert found.read(asked)["row"].to_pylist() == asked
        assert found.read(asked, ["value"])["value"].to_pylist() == [n / 7 for n in (73, 2, 99, 2, 41)]


def test_a_row_that_is_not_there_is_named(tmp_path: Path) -> None:
    own = Parts(tmp_path)
    own.add(table(0, 3))
    assert list(own.has(names(1, 5, 2))) == [True, False, True]
    with pytest.raises(KeyError, match=names(5)[0]):
        own.read(names(1, 5))


def test_batches_share_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_ROWS", 100)
    own = Parts(tmp_path)
    for first in range(0, 1000, 10):
        own.add(table(first, first + 10))
    assert len(list(tmp_path.iterdir())) == 10
    assert len(Parts(tmp_path)) == 1000


def test_others_rows_are_seen_after_a_refresh(tmp_path: Path) -> None:
    one, other = Parts(tmp_path), Parts(tmp_path)
    one.add(table(0, 5))
    assert not other.has(names(3))[0]
    assert other.refresh()
    assert not other.refresh()
    assert other.has(names(3))[0]
    one.add(table(5, 9))  # the part that the other has seen has grown
    assert other.refresh()
    assert other.read(names(8, 0))["row"].to_pylist() == names(8, 0)


def test_the_same_row_from_two_writers_counts_once(tmp_path: Path) -> None:
    for _ in range(2):
        Parts(tmp_path).add(table(0, 5))
    found = Parts(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    assert found.read(names(0, 1, 2, 3, 4)).equals(table(0, 5))


@pytest.mark.parametrize("damage", ["cut", "bit", "empty", "other"])
def test_a_damaged_part_is_put_aside(tmp_path: Path, damage: str) -> None:
    Parts(tmp_path).add(table(0, 50))
    Parts(tmp_path).add(table(50, 60))
    path = sorted(tmp_path.iterdir(), key=lambda path: path.stat().st_size)[-1]
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    cut = path.read_bytes()[: len(content) // 2]
    path.write_bytes({"cut": cut, "bit": bytes(content), "empty": b"", "other": b"mine"}[damage])
    found = Parts(tmp_path)
    assert len(found) == 10
    assert [path.suffix for path in found.damaged] == [".damaged"]
    found.add(table(0, 50))
    assert Parts(tmp_path).read(names(*range(60))).equals(table(0, 60))


def test_what_cannot_be_written_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Parts(tmp_path / "rows")
    own.add(table(0, 5))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=r"rows cannot be used: No space left on device.*goes on from there"):
        own.add(table(5, 9))
    monkeypatch.undo()
    assert [path.suffix for path in own.folder.iterdir()] == [".parquet"]
    assert not own.has(names(7))[0]
    own.add(table(5, 9))
    assert Parts(own.folder).read(names(*range(9))).equals(table(0, 9))


def test_what_a_dead_writer_left_is_removed_in_time(tmp_path: Path) -> None:
    old, new = tmp_path / ".a.partial", tmp_path / ".b.partial"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    Parts(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".b.partial"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file"):
        Parts(tmp_path / "file" / "rows")
