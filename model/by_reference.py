"""Let rules pass the `World` by reference.

Numba passes a named tuple by value: every call of a rule would copy all the tables' descriptors,
some two hundred words, which costs more than many a rule does. This file teaches Numba a type that
is a pointer to the descriptors, which stay where the call from Python has put them. Nothing is
allocated or counted; in plain Python the named tuple itself is passed, and rules look the same.
"""

import hashlib

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.datamodel import models
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    lower_getattr_generic,
    register_model,
    typeof_impl,
    unbox,
)

from model.arrays import World


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


@typeof_impl.register(World)
def _typeof_world(world, context):
    return WorldType(tuple((name, typeof_impl(table, context)) for name, table in world._asdict().items()))


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
