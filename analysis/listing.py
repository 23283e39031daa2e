"""Listing: which files of a folder the program wrote, as its manifest lists them, with their digests.

Those, and no others, give way to the files of a later job (`experiments.study.folder`).
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

MANIFEST = "manifest.json"
REPORT = "report.html"


def files_in(folder: Path) -> dict[str, str]:
    """The files of a folder, but for its manifest, each with its digest."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST)
    return {path.relative_to(folder).as_posix(): digest_of(path) for path in paths}


def digest_of(path: Path) -> str:
    """Of what a file holds; of what is no file, none."""
    if path.is_symlink() or not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def list_again(folder: Path, written: Iterable[Path]) -> None:
    """List files that were written again, if the folder has a manifest that lists any."""
    manifest = folder / MANIFEST
    try:
        content = json.loads(manifest.read_bytes())
        files = dict(content["files"])
    except (OSError, ValueError, TypeError, KeyError):
        return
    files |= {path.relative_to(folder).as_posix(): digest_of(path) for path in written}
    partial = manifest.with_suffix(".partial")
    text = json.dumps({**content, "files": files}, indent=2, ensure_ascii=False)
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(manifest)
