"""Memory of runs: the tables of a world lie in one block, which serves another run when theirs is done.

Memory fresh from the system is handed over page by page as it is first touched, to one thread at a time: for
a run of milliseconds, that takes longer than to copy a world.
"""

import math
import sys
import threading
from typing import Any, NamedTuple

import numpy as np

from model.arrays import CACHE_LINE, STATE, Size, World, array_of, empty, tables_of

#: Blocks that a thread keeps: for a warm-up, a fork of it, and another of those two of another size.
_KEPT = 3


class Block(NamedTuple):
    """A world, and the memory that all its tables lie in.

    Attributes:
        world: its tables.
        size: how many rows they have.
        memory: bytes; starts on a line of the processor's cache, as every table does.
        state: how many of its bytes tell the run's state; what follows is scratch.
        watched: whatever shows somebody what is in the memory.
        references: how often each of these is known to anyone, while nobody looks.
    """

    world: World
    size: Size
    memory: np.ndarray
    state: int
    watched: tuple[Any, ...]
    references: list[int]


class _Spare(threading.local):
    def __init__(self) -> None:
        self.blocks: list[Block] = []


_spare = _Spare()


def founded(size: Size) -> Block:
    """A world without anyone."""
    block = _taken(size)
    block.memory[:] = 0
    empty(block.world)
    return block


def copied(source: Block, size: Size) -> Block:
    """A world in the state of another; it may have more rows."""
    if size == source.size:
        block = _taken(size)
        block.memory[: block.state] = source.memory[: block.state]
        return block
    block = founded(size)
    for name in STATE:
        own, other = array_of(getattr(block.world, name)), array_of(getattr(source.world, name))
        own[: len(other)] = other
    return block


def let_go(block: Block) -> None:
    """Leave a block to this thread's next runs, unless somebody still looks at some of its world."""
    if _references(block.watched) == block.references:
        _spare.blocks.append(block)
        del _spare.blocks[:-_KEPT]


def _taken(size: Size) -> Block:
    """A block of a size, whatever stands in it: a spare one, or in a larger one's memory, or a new one."""
    for i, block in enumerate(_spare.blocks):
        if block.size == size:
            return _spare.blocks.pop(i)
    return _laid_out(size, _memory(sum(_bytes(*table) for table in tables_of(size).values())))


def _memory(n_bytes: int) -> np.ndarray:
    """So many bytes or more, of a spare block or new."""
    for i, block in enumerate(_spare.blocks):
        if len(block.memory) >= n_bytes:
            return _spare.blocks.pop(i).memory
    memory = np.empty(n_bytes + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + n_bytes]


def _laid_out(size: Size, memory: np.ndarray) -> Block:
    at, state, tables = 0, 0, {}
    for name, (shape, kind) in tables_of(size).items():
        n_bytes = math.prod(shape) * np.dtype(kind).itemsize
        table = memory[at : at + n_bytes].view(kind).reshape(shape)
        tables[name] = table[0] if World.__annotations__[name] is np.record else table
        at += _bytes(shape, kind)
        state = at if name in STATE else state
    watched = (memory.base, *tables.values(), *map(array_of, tables.values()), world := World(**tables))
    del table, tables
    block = Block(world, size, memory, state, watched, [])
    del world, watched, memory
    block.references.extend(_references(block.watched))
    return block


def _references(watched: tuple[Any, ...]) -> list[int]:
    return list(map(sys.getrefcount, watched))


def _bytes(shape: tuple[int, ...], kind: np.dtype) -> int:
    """Bytes of a table, up to where a line of the cache ends."""
    return -(-math.prod(shape) * np.dtype(kind).itemsize // CACHE_LINE) * CACHE_LINE
