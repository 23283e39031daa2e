"""Asking for what will be read soon: in a large world, rules would wait for memory longer than they compute.

A row that is in no cache of the processor takes a hundred times as long to read as one that is. But many can
be on their way at once: a rule that goes through a list of rows, which lie here and there, asks for those
that stand some places on (Chen, Ailamaki, Gibbons & Mowry, "Improving hash join performance through
prefetching", ICDE 2004). Nothing that is simulated depends on it.
"""

from model.machine.compiling import inlined, uses

AHEAD = 16  # places; a few lines each stay in the nearest cache until they are read


if uses("prefetch"):
    from model.machine.prefetching import fetch
else:

    @inlined
    def fetch(table, row):
        """Plain Python and the safe mode ask for nothing."""


@inlined
def call_up(table, rows, at, n):
    """Ask for the row of a table that comes up soon after a place of a list of n, going up."""
    fetch(table, rows[max(0, min(at + AHEAD, n - 1))])


@inlined
def call_up_backwards(table, rows, at, n):
    """The same, going down."""
    fetch(table, rows[max(0, min(at - AHEAD, n - 1))])
