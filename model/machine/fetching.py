"""Asking for what will be read soon: in a large world, rules would wait for memory longer than they compute.

A row that is in no cache of the processor takes a hundred times as long to read as one that is. But many can
be on their way at once: a rule that goes through a list of rows, which lie here and there, asks for those
that stand some places on (Chen, Ailamaki, Gibbons & Mowry, "Improving hash join performance through
prefetching", ICDE 2004). Nothing that is simulated depends on it.
"""

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np import arrayobj

from model.arrays import CACHE_LINE
from model.machine.compiling import compilation_disabled, inlined

AHEAD = 16  # places; a few lines each stay in the nearest cache until they are read


def _nothing(table: Any, row: int) -> None:
    """Plain Python asks for nothing."""


@intrinsic
def _prefetch(typing_context, table, row):
    """Ask for every line of a row of a one-dimensional table; a row that is not there does no harm."""

    def generate(context, builder, signature, args):
        kind, index = signature.args
        array = arrayobj.make_array(kind)(context, builder, args[0])
        at = context.cast(builder, args[1], index, types.intp)
        pointer = cgutils.get_item_pointer(context, builder, kind, array, [at], wraparound=False)
        pointer = builder.bitcast(pointer, cgutils.voidptr_t)
        flag = ir.IntType(32)
        arguments = [cgutils.voidptr_t, flag, flag, flag]
        prefetch = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.VoidType(), arguments), "llvm.prefetch.p0i8"
        )
        reading, all_caches, data = flag(0), flag(3), flag(1)
        for byte in range(0, context.get_abi_sizeof(context.get_data_type(kind.dtype)), CACHE_LINE):
            line = builder.gep(pointer, [ir.IntType(64)(byte)])
            builder.call(prefetch, [line, reading, all_caches, data])
        return context.get_dummy_value()

    return types.void(table, row), generate


fetch: Any = _nothing if compilation_disabled else _prefetch


@inlined
def call_up(table, rows, at, n):
    """Ask for the row of a table that comes up soon after a place of a list of n, going up."""
    fetch(table, rows[max(0, min(at + AHEAD, n - 1))])


@inlined
def call_up_backwards(table, rows, at, n):
    """The same, going down."""
    fetch(table, rows[max(0, min(at - AHEAD, n - 1))])
