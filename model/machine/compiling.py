"""How rules are compiled: one decorator, one cache per version of the model's code.

Rules are plain Python functions over records and arrays. Numba compiles them when they are first
called and keeps the result on disk. Numba itself notices a change only in the file of the function
that is called from Python, not in the files of the rules which that function calls; a student who
changes one rule would go on running the old one. So the cache's folder is named after a digest of
every file of the model, and any change compiles afresh.

Set ``NUMBA_DISABLE_JIT=1`` to run the same rules as plain Python, for debugging.
"""

import hashlib
import os
import platform
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np
import platformdirs
from numba.core import types

_njit: Any = numba.njit
_config: Any = numba.config  # type: ignore[attr-defined]  # numba makes its settings at import

compilation_disabled = bool(_config.DISABLE_JIT)

#: Makes an unsigned 64-bit integer; without compilation a Python integer, which cannot overflow.
unsigned: Any = int if compilation_disabled else np.uint64

#: Lets a rule go through a tuple of columns' names: the loop is written out once a name.
unrolled: Any = numba.literal_unroll

VERSIONS_KEPT = 8


@cache
def code_digest() -> str:
    """Digest of every source file of the model: it names the model's exact version."""
    digest = hashlib.sha256()
    model = Path(__file__).parents[1]
    for file in sorted(model.rglob("*.py")):
        digest.update(file.relative_to(model).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@cache
def cache_folder() -> Path:
    """Folder of the compiled rules, one for each version of model, compiler and machine."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    # A folder of our own in either case, since old versions in it are deleted.
    root = Path(chosen) / "towngown" if chosen else platformdirs.user_cache_path("towngown")
    folder = root / f"{code_digest()}-numba{numba.__version__}-{platform.machine()}"
    if not folder.exists():
        _forget_old_versions(folder.parent)
    return folder


def _forget_old_versions(root: Path) -> None:
    """Keep the latest few versions: whoever tries out rules makes one a try."""
    versions = sorted(root.glob("*-numba*"), key=lambda folder: folder.stat().st_mtime)
    for folder in versions[:-VERSIONS_KEPT]:
        shutil.rmtree(folder, ignore_errors=True)


def is_compiled() -> bool:
    """Whether an earlier run on this machine has compiled this version of the model."""
    return compilation_disabled or any(cache_folder().rglob("schedule.advance-*.nbi"))


def entry(rule: Callable) -> Callable:
    """Compile a rule that Python calls, all that it calls included, and keep the result on disk."""
    previous = _config.CACHE_DIR
    _config.CACHE_DIR = str(cache_folder())
    try:
        return _compiled(rule, cache=True)
    finally:
        _config.CACHE_DIR = previous


def compiled(rule: Callable) -> Callable:
    """Compile a rule that only other rules call; it needs no wrappers for Python."""
    return _compiled(rule, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def inlined(rule: Callable) -> Callable:
    """Compile a rule into each of those that call it: for what is called so often that calling it costs."""
    return _compiled(rule, no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True)


def _compiled(rule: Callable, **options: Any) -> Callable:
    # Rules allocate nothing, so they need neither reference counts nor the interpreter's lock.
    dispatcher = _njit(nogil=True, error_model="numpy", _nrt=False, **options)(rule)
    return dispatcher if compilation_disabled else _blind_to_detail(dispatcher)


def _blind_to_detail(dispatcher: Any) -> Callable:
    """Compile a rule once, not once for every constant or width of number that it is called with."""
    template_of = dispatcher.get_call_template
    dispatcher.get_call_template = lambda args, kws: template_of(tuple(_widened(arg) for arg in args), kws)
    return dispatcher


def _widened(argument: types.Type) -> types.Type:
    """The type that stands for a constant, or a number from one of a table's narrower columns."""
    kind = types.unliteral(argument)
    return types.int64 if kind == types.int32 else kind
