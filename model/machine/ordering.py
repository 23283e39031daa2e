"""Sorting in place, without allocating (`numpy.argsort` does)."""

import numpy as np

from model.arrays import World
from model.machine.compiling import compiled

# Ciura (2001), continued by the factor 2.25 that is usual.
GAPS = (236_643, 105_174, 46_744, 20_775, 9_233, 4_103, 1_823, 810, 360, 132, 57, 23, 10, 4, 1)


@compiled
def sort_by_key(keys: np.ndarray, items: np.ndarray, first: int, end: int):
    """Shell sort of keys[first:end] ascending, with the items that belong to them; equals by item."""
    for gap in GAPS:
        insert(keys, items, first, end, gap)


@compiled
def insert(keys: np.ndarray, items: np.ndarray, first: int, end: int, gap: int):
    """Insertion sort of every gap-th."""
    for i in range(first + gap, end):
        key, item = keys[i], items[i]
        j = i
        while j >= first + gap and (keys[j - gap] > key or (keys[j - gap] == key and items[j - gap] > item)):
            keys[j], items[j] = keys[j - gap], items[j - gap]
            j -= gap
        keys[j], items[j] = key, item


@compiled
def insert_highest(keys: np.ndarray, count: int, key: float):
    """Insert a key among the `count` - 1 highest, in descending order; who stood after them has to go."""
    at = count - 1
    while at > 0 and keys[at - 1] < key:
        keys[at] = keys[at - 1]
        at -= 1
    keys[at] = key


@compiled
def sort_by_luck(world: World, count: int):
    """Sort the first `count` scratch keys, all uniform draws, and their items, in time proportional to it.

    Draws fall into as many equal bins, about one each; put bin after bin, next to none is out of order.
    """
    keys, items, bins = world.keys, world.items, world.bins
    for b in range(count + 1):
        bins[b] = 0
    for i in range(count):
        world.unsorted_keys[i], world.unsorted_items[i] = keys[i], items[i]
        bins[bin_of(keys[i], count) + 1] += 1
    for b in range(count):
        bins[b + 1] += bins[b]
    for i in range(count):
        key = world.unsorted_keys[i]
        b = bin_of(key, count)
        keys[bins[b]], items[bins[b]] = key, world.unsorted_items[i]
        bins[b] += 1
    insert(keys, items, 0, count, 1)


@compiled
def bin_of(key: float, count: int):
    """Which of `count` equal parts of 0-1 a key lies in."""
    return min(int(key * count), count - 1)
