"""Let rules pass the `World` by reference, and look rows up without asking whether they count from the end.

Numba passes a named tuple by value: every call of a rule would copy all the tables' descriptors,
some two hundred words, which costs more than many a rule does. This file teaches Numba a type that
is a pointer to the descriptors, which stay where the call from Python has put them. Nothing is
allocated or counted; in plain Python the named tuple itself is passed, and rules look the same.

In Python `table[-1]` is the last row, so that Numba looks at the sign of every index, and at the size
of the table. Rules never count from the end (-1 means none), and tables in a World spare the trouble.

Leans on Numba's inside for: `cgutils` (addresses and loads), `AttributeTemplate` and `lower_getattr_generic`
(fields of any name), `PrimitiveModel`, `ArrayModel` and the data model manager (what a value is to LLVM),
`unbox`'s pyapi, and the look-ups of `arrayobj` (`getitem_arraynd_intp`, `getitem_array_tuple`,
`setitem_array`). On llvmlite for `ir`.
"""

import hashlib
import operator

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_builtin,
    lower_getattr_generic,
    models,
    register_model,
    typeof_impl,
    unbox,
)
from numba.np import arrayobj


class WorldType(types.Type):
    """Numba's type of a World; its fields are those of the named tuple, in order."""

    def __init__(self, fields: tuple[tuple[str, types.Type], ...]) -> None:
        self.fields = fields
        # A digest, since the name is part of the name of everything compiled, many times over.
        digest = hashlib.sha256(repr(fields).encode()).hexdigest()
        super().__init__(name=f"World[{digest[:16]}]")

    def position(self, name: str) -> int:
        """Which field has the name."""
        return [field for field, _ in self.fields].index(name)


class Table(types.Array):
    """Numba's type of an array in a World: its indices are never negative."""

    def __init__(self, array: types.Array) -> None:
        name = f"Table({array.dtype}, {array.ndim}d, {array.layout}, {array.aligned})"
        super().__init__(array.dtype, array.ndim, array.layout, name=name, aligned=array.aligned)


register_model(Table)(models.ArrayModel)


def pass_by_reference(world: type, unsigned: bool) -> None:
    """Have Numba take a named tuple of tables as a pointer.

    Args:
        world: the named tuple's class.
        unsigned: whether indices of its tables are never negative.
    """

    @typeof_impl.register(world)
    def typeof_world(tables, context):
        kinds = {name: typeof_impl(table, context) for name, table in tables._asdict().items()}
        return WorldType(tuple((name, _table(kind) if unsigned else kind) for name, kind in kinds.items()))


def _table(kind):
    return Table(kind) if isinstance(kind, types.Array) else kind


def _from_the_start(looks_up):
    """The same look-up by unsigned indices, which Numba takes as they are."""

    def lower(context, builder, signature, args):
        (table, index, *value), (array, at, *stored) = signature.args, args
        several = isinstance(index, types.BaseTuple)
        unsigned = types.UniTuple(types.uintp, len(index)) if several else types.uintp
        at = context.cast(builder, at, index, unsigned)
        return looks_up(
            context, builder, signature.replace(args=(table, unsigned, *value)), (array, at, *stored)
        )

    return lower


lower_builtin(operator.getitem, Table, types.Integer)(_from_the_start(arrayobj.getitem_arraynd_intp))
lower_builtin(operator.getitem, Table, types.BaseTuple)(_from_the_start(arrayobj.getitem_array_tuple))
lower_builtin(operator.setitem, Table, types.Any, types.Any)(_from_the_start(arrayobj.setitem_array))


def _struct(manager, world: WorldType) -> ir.LiteralStructType:
    return ir.LiteralStructType([manager.lookup(kind).get_value_type() for _, kind in world.fields])


@register_model(WorldType)
class _WorldModel(models.PrimitiveModel):
    def __init__(self, manager, world):
        super().__init__(manager, world, _struct(manager, world).as_pointer())


@unbox(WorldType)
def _unbox_world(world, obj, c):
    pointer = cgutils.alloca_once(c.builder, _struct(c.context.data_model_manager, world))
    tables = [c.unbox(kind, c.pyapi.tuple_getitem(obj, i)) for i, (_, kind) in enumerate(world.fields)]
    for position, table in enumerate(tables):
        c.builder.store(table.value, cgutils.gep_inbounds(c.builder, pointer, 0, position))

    def let_go():
        """Give back what was borrowed of records, or none of them would ever be freed."""
        for table in tables:
            if table.cleanup is not None:
                table.cleanup()

    is_error = cgutils.is_not_null(c.builder, c.pyapi.err_occurred())
    return NativeValue(pointer, is_error=is_error, cleanup=let_go)


@infer_getattr
class _WorldAttributes(AttributeTemplate):
    key = WorldType

    def generic_resolve(self, world, attribute):
        return dict(world.fields).get(attribute)


@lower_getattr_generic(WorldType)
def _world_getattr(context, builder, world, pointer, attribute):
    field = cgutils.gep_inbounds(builder, pointer, 0, world.position(attribute))
    return _load_invariant(builder, field)


def _load_invariant(builder, pointer):
    """Load what no rule ever changes, so that it may be kept in a register."""
    loaded = builder.load(pointer)
    loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
    return loaded
