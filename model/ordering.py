"""Sorting in place, without allocating (`numpy.argsort` does)."""

from model.compiling import compiled

# Ciura (2001), continued by the factor 2.25 that is usual.
GAPS = (236_643, 105_174, 46_744, 20_775, 9_233, 4_103, 1_823, 810, 360, 132, 57, 23, 10, 4, 1)


@compiled
def sort_by_key(keys, items, first, end):
    """Shell sort of keys[first:end] ascending, with the items that belong to them; equals by item."""
    for gap in GAPS:
        for i in range(first + gap, end):
            key, item = keys[i], items[i]
            j = i
            while j >= first + gap and (
                keys[j - gap] > key or (keys[j - gap] == key and items[j - gap] > item)
            ):
                keys[j], items[j] = keys[j - gap], items[j - gap]
                j -= gap
            keys[j], items[j] = key, item
