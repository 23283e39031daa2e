"""Asking for what will be read soon: in a large world, rules would wait for memory longer than they compute.

A row that is in no cache of the processor takes a hundred times as long to read as one that is. But many can
be on their way at once: a rule that goes through a list of rows, which lie here and there, asks for those
that stand some places on (Chen, Ailamaki, Gibbons & Mowry, "Improving hash join performance through
prefetching", ICDE 2004). Nothing that is simulated depends on it.
"""

import numpy as np

from model.arrays import Table
from model.machine.compiling import inlined, uses

AHEAD = 16  # places; a few lines each stay in the nearest cache until they are read


if uses("prefetch"):
    from model.machine.prefetching import fetch
else:

    @inlined
    def fetch(table: Table, row: int):
        """Plain Python and the safe mode ask for nothing."""


@inlined
def call_up(table: Table, rows: np.ndarray, at: int, end: int):
    """Ask for the row of a table that comes up soon after place `at` of a list of `end`, going up."""
    fetch(table, rows[max(0, min(at + AHEAD, end - 1))])


@inlined
def call_up_backwards(table: Table, rows: np.ndarray, at: int, end: int):
    """The same, going down."""
    fetch(table, rows[max(0, min(at - AHEAD, end - 1))])
