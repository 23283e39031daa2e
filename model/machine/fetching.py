"""Asking for what will be read soon: in a large world, rules would wait for memory longer than they compute.

A row that is in no cache of the processor takes a hundred times as long to read as one that is. But many can
be on their way at once: a rule that goes through a list of rows, which lie here and there, asks for those
that stand some places on (Chen, Ailamaki, Gibbons & Mowry, "Improving hash join performance through
prefetching", ICDE 2004). Nothing that is simulated depends on it.
"""

from model.machine.compiling import inlined, uses

AHEAD = 16  # places; a few lines each stay in the nearest cache until they are read


@inlined
def upcoming(rows, at, n):
    """What stands at a place of the first n of a list, or at the nearest place that there is."""
    return rows[max(0, min(at, n - 1))]


if uses("prefetch"):
    from model.machine.prefetching import fetch
else:

    @inlined
    def fetch(table, row):
        """Plain Python and the safe mode ask for nothing."""


__all__ = ["AHEAD", "fetch", "upcoming"]
