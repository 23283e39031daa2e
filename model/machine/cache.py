"""The cache: a folder a version of the model, with its compiled rules and what else is known of it.

A version that is in use stays however many others are tried meanwhile: the one that was used longest ago
goes. Compiled rules bear a seal each, as one whose bits have changed could do anything: it is removed, and
compiled afresh.
"""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import zlib
from functools import cache
from pathlib import Path

import platformdirs

MODEL = Path(__file__).parents[1]
#: Versions that are kept: one takes some 2 MB, and whoever tries out rules makes one a try.
VERSIONS_KEPT = 32
_SEALS = "seals.json"


@cache
def code_digest() -> str:
    """Digest of every source file of the model: it names the model's exact version."""
    digest = hashlib.sha256()
    for file in sorted(MODEL.rglob("*.py")):
        digest.update(file.relative_to(MODEL).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def root() -> Path:
    """Where all versions are: a folder of our own in either case, since old ones are deleted."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    return Path(chosen) / "towngown" if chosen else platformdirs.user_cache_path("towngown")


def begun(name: str) -> Path | None:
    """A folder of this version of the model, to be written to; None if nothing can be."""
    folder = root() / code_digest() / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            os.utime(folder.parent)
    except OSError:
        return None
    _forget_old_versions(folder.parent.parent)
    return folder


def _forget_old_versions(folder: Path) -> None:
    """Keep those that were used last."""
    versions = sorted(folder.glob("*/"), key=_last_used)
    for version in versions[:-VERSIONS_KEPT]:
        shutil.rmtree(version, ignore_errors=True)


def _last_used(version: Path) -> float:
    try:
        return version.stat().st_mtime
    except OSError:  # another process has just removed it
        return 0.0


def is_known(fact: str) -> bool:
    """Whether an earlier run has noted something of this version of the model."""
    return (root() / code_digest() / fact).exists()


def note(fact: str) -> None:
    """Note something of this version of the model, if that is possible."""
    begun(fact)


def seal(folder: Path) -> None:
    """Note what the compiled rules of a folder look like when they are whole."""
    seals: dict[str, int] = {}
    for file in folder.rglob("*.nb?"):
        with contextlib.suppress(OSError):  # another process takes one that is not sealed yet for damaged
            seals[file.relative_to(folder).as_posix()] = _seal_of(file)
    with contextlib.suppress(OSError), tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as written:
        json.dump(seals, written)
        written.close()
        os.replace(written.name, folder / _SEALS)


def remove_damaged(folder: Path) -> None:
    """Remove the compiled rules that are not what they were; those that were never sealed are believed."""
    try:
        seals = json.loads((folder / _SEALS).read_bytes())
    except FileNotFoundError:
        return
    except ValueError:  # the seals themselves
        seals = {file.relative_to(folder).as_posix(): None for file in folder.rglob("*.*")}
    for name, sealed in seals.items():
        with contextlib.suppress(OSError):
            if _seal_of(folder / name) != sealed:
                (folder / name).unlink()


def _seal_of(file: Path) -> int:
    return zlib.crc32(file.read_bytes())
