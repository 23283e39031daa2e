"""The processor's instruction that asks for memory, row by row of a table.

Leans on Numba's inside for: `cgutils` (addresses), `arrayobj.make_array` and `context` (what a table and its
records are to LLVM). On llvmlite for `ir`, and on LLVM for the name of its intrinsic.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np import arrayobj

from model.arrays import CACHE_LINE


@intrinsic
def fetch(typing_context, table, row):
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
