"""How rules are compiled: one decorator, one cache per version of the model's code.

Rules are plain Python functions over records and arrays. Numba compiles them when they are first
called and keeps the result on disk. Numba itself notices a change only in the file of the function
that is called from Python, not in the files of the rules which that function calls; a student who
changes one rule would go on running the old one. So the cache's folder is named after a digest of
every file of the model, and any change compiles afresh.

Rules are fast by a few tricks (`TRICKS`), most of which lean on what Numba does not promise. Set
``TOWNGOWN_SAFE=1`` to do without them: slower, and the same numbers, but a row that is not there is an
IndexError, and nothing of Numba's inside is imported. So a new Numba can make the model slow, not broken.
One option of Numba's is kept, as runs take ten times as long without: who holds a table is not counted
(``_nrt=False``); ``TOWNGOWN_SAFE=all`` does without that, too.
``TOWNGOWN_SAFE=prefetch,inlining`` does without these two only.

Set ``NUMBA_DISABLE_JIT=1`` to run the same rules as plain Python, for debugging; the traceback of an
IndexError then ends at the line that looked the row up.

Who moves on to a new Numba finds what leans on its inside here (``_nrt``, ``get_call_template``,
``_compile_for_args``), and named
at the head of `by_reference` and `prefetching`; ``make test-safe`` does without all of it.
"""

import functools
import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba.core.errors import NumbaError

from model.arrays import World
from model.machine import cache
from model.machine.checking import check_rules
from model.machine.complaints import in_few_lines
from model.machine.interrupting import interruptible
from model.problems import BadInput

check_rules()

_njit: Any = numba.njit
_config: Any = numba.config  # type: ignore[attr-defined]  # numba makes its settings at import

#: Names the model's exact version.
code_digest = cache.code_digest

compilation_disabled = bool(_config.DISABLE_JIT)

#: By what a rule compiles itself; with a Numba that has no such thing, the cache is not sealed.
_COMPILES = "_compile_for_args"

#: Makes an unsigned 64-bit integer; without compilation a Python integer, which cannot overflow.
unsigned: Any = int if compilation_disabled else np.uint64

#: Lets a rule go through a tuple of columns' names: the loop is written out once a name.
unrolled: Any = numba.literal_unroll

#: What makes rules fast, and may be left out.
TRICKS = {
    "by_reference": "the World is a pointer to its tables, not a copy of where each of them is",
    "unsigned": "look-ups do not ask whether an index counts from the end (by reference only)",
    "unchecked": "look-ups do not ask whether a row is there",
    "prefetch": "rows are asked for before they are read",
    "inlining": "small rules are compiled into those that call them",
    "one_signature": "a rule is compiled once, not once for every constant that it is called with",
    "uncounted": "nobody counts who holds a table",
}


def left_out(chosen: str) -> frozenset[str]:
    """The tricks that a value of TOWNGOWN_SAFE does without: none, all but one, all, or those it lists.

    Raises:
        BadInput: if one is unknown.
    """
    if chosen in ("", "0"):
        return frozenset()
    if chosen == "1":
        return frozenset(TRICKS) - {"uncounted"}
    if chosen == "all":
        return frozenset(TRICKS)
    names = frozenset(chosen.split(","))
    if unknown := sorted(names - set(TRICKS)):
        raise BadInput(
            f"TOWNGOWN_SAFE = {chosen!r}: {unknown[0]!r} is unknown. It takes 1 (safe), 0 (fast), all, or "
            f"some of {', '.join(TRICKS)}, with commas between."
        )
    return names


LEFT_OUT = frozenset(TRICKS) if compilation_disabled else left_out(os.environ.get("TOWNGOWN_SAFE", ""))


def uses(trick: str) -> bool:
    """Whether rules are compiled with one of the tricks."""
    return trick not in LEFT_OUT


if uses("by_reference"):
    from model.machine.by_reference import pass_by_reference

    pass_by_reference(World, unsigned=uses("unsigned"))


@functools.cache
def cache_folder() -> Path | None:
    """Folder of the compiled rules, one for each version of model, compiler and machine, and mode.

    None where it cannot be written to: Numba would look for another, and take rules there for unchanged.
    """
    mode = "-without-" + "-".join(sorted(LEFT_OUT)) if LEFT_OUT else ""
    folder = cache.begun(f"numba{numba.__version__}-{platform.machine()}{mode}")
    if folder:
        cache.remove_damaged(folder)
    return folder


def is_compiled() -> bool:
    """Whether an earlier run on this machine has compiled this version of the model."""
    folder = None if compilation_disabled else cache_folder()
    return compilation_disabled or (folder is not None and any(folder.rglob("schedule.advance-*.nbi")))


def entry(rule: Callable) -> Callable:
    """Compile a rule that Python calls, all that it calls included, and keep the result on disk."""
    previous, folder = _config.CACHE_DIR, None if compilation_disabled else cache_folder()
    _config.CACHE_DIR = str(folder)
    try:
        dispatcher: Any = _compiled(rule, cache=folder is not None)
    finally:
        _config.CACHE_DIR = previous
    is_plain = compilation_disabled or not hasattr(dispatcher, _COMPILES)
    return dispatcher if is_plain else _looked_after(dispatcher, folder)


def _looked_after(dispatcher: Any, folder: Path | None) -> Callable:
    """Seal what is kept of a rule once it is compiled, and tell in a few lines if it cannot be."""
    compile_for = getattr(dispatcher, _COMPILES)

    def compile_and_seal(*args: Any, **kws: Any) -> Any:
        try:
            with interruptible():
                result = compile_for(*args, **kws)
        except NumbaError as error:
            raise BadInput(in_few_lines(error)) from None
        if folder:
            cache.seal(folder)
        return result

    setattr(dispatcher, _COMPILES, compile_and_seal)
    return dispatcher


def compiled(rule: Callable) -> Callable:
    """Compile a rule that only other rules call; it needs no wrappers for Python."""
    return _compiled(rule, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def inlined(rule: Callable) -> Callable:
    """Compile a rule into each of those that call it: for what is called so often that calling it costs."""
    return _compiled(rule, no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=uses("inlining"))


def one_of(rules: Sequence[Callable]) -> Callable:
    """A rule that carries out one of several rules of a world: the one at a place among them."""
    first, *others = rules
    if not others:

        def the_only_one(world: World, at: int):
            first(world)

        return compiled(the_only_one)
    rest = one_of(others)

    def chosen(world: World, at: int):
        if at == 0:
            first(world)
        else:
            rest(world, at - 1)

    return compiled(chosen)


def _compiled(rule: Callable, **options: Any) -> Callable:
    # Rules allocate nothing, so they need neither reference counts nor the interpreter's lock.
    if uses("uncounted"):
        options["_nrt"] = False
    dispatcher = _njit(nogil=True, error_model="numpy", boundscheck=not uses("unchecked"), **options)(rule)
    return _blind_to_detail(dispatcher) if uses("one_signature") else dispatcher


def _blind_to_detail(dispatcher: Any) -> Callable:
    """Compile a rule once, not once for every constant or width of number that it is called with."""
    template_of = dispatcher.get_call_template
    dispatcher.get_call_template = lambda args, kws: template_of(tuple(_widened(arg) for arg in args), kws)
    return dispatcher


def _widened(argument: Any) -> Any:
    """The type that stands for a constant, or a number from one of a table's narrower columns."""
    kind = numba.types.unliteral(argument)
    return numba.types.int64 if kind == numba.types.int32 else kind
