"""Sorting in place, without allocating (`numpy.argsort` does)."""

from model.machine.compiling import compiled

# Ciura (2001), continued by the factor 2.25 that is usual.
GAPS = (236_643, 105_174, 46_744, 20_775, 9_233, 4_103, 1_823, 810, 360, 132, 57, 23, 10, 4, 1)


@compiled
def sort_by_key(keys, items, first, end):
    """Shell sort of keys[first:end] ascending, with the items that belong to them; equals by item."""
    for gap in GAPS:
        insert(keys, items, first, end, gap)


@compiled
def insert(keys, items, first, end, gap):
    """Insertion sort of every gap-th."""
    for i in range(first + gap, end):
        key, item = keys[i], items[i]
        j = i
        while j >= first + gap and (keys[j - gap] > key or (keys[j - gap] == key and items[j - gap] > item)):
            keys[j], items[j] = keys[j - gap], items[j - gap]
            j -= gap
        keys[j], items[j] = key, item


@compiled
def sort_by_luck(world, n):
    """Sort the first n scratch keys, all uniform draws, and their items, in time that grows with n only.

    Draws fall into n equal bins, about one each; put bin after bin, next to none is out of order.
    """
    keys, items, bins = world.keys, world.items, world.bins
    for b in range(n + 1):
        bins[b] = 0
    for i in range(n):
        world.unsorted_keys[i], world.unsorted_items[i] = keys[i], items[i]
        bins[bin_of(keys[i], n) + 1] += 1
    for b in range(n):
        bins[b + 1] += bins[b]
    for i in range(n):
        key = world.unsorted_keys[i]
        b = bin_of(key, n)
        keys[bins[b]], items[bins[b]] = key, world.unsorted_items[i]
        bins[b] += 1
    insert(keys, items, 0, n, 1)


@compiled
def bin_of(key, n):
    """Which of n equal parts of 0-1 a key lies in."""
    return min(int(key * n), n - 1)
