"""Archiving: a results folder as one file, that someone else can check in a year.

It is a zip file, of which `archive.json` lists every other member with its digest. The same folder gives the
same file, byte for byte: members stand in order, without times of their own.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from analysis.listing import MANIFEST, files_in
from experiments.command.files import CONF
from experiments.rows.versions import commit, package_versions, program_version
from model.problems import BadInput

LISTING, RESULTS, PINS = "archive.json", "results", "constraints.txt"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
#: Beyond so many bytes, what a listing says of a member is not believed.
_MOST_BYTES = 16 << 30
_HOW = """How to look at this archive, made by towngown {version}.

results/   what a run of towngown wrote: manifest.json says from what, config.yaml with which settings
conf/      the policies, populations, parameters and patterns of then; {pins} the versions of packages
{listing}  what each of these files was

  towngown archive=THIS.zip out=FOLDER    checks every file, says what differs here, and unpacks the results
  towngown again=FOLDER                   runs them again, as config.yaml says
"""


def packed(folder: Path) -> Path:
    """Pack a results folder into a file beside it.

    Raises:
        BadInput: if it is no results folder, is not as it was written, or the file is there.
    """
    manifest = _manifest(folder)
    there, told = files_in(folder), dict(manifest["files"])
    if wrong := sorted(name for name in told if there.get(name) != told[name]):
        raise BadInput(
            f"archive = {folder}: {wrong[0]}{_more(wrong)} was changed or lost since this program wrote it."
        )
    file = folder.absolute().with_name(f"{folder.absolute().name}.zip")
    if file.exists():
        raise BadInput(f"archive: {file} is there already. Move it away first.")
    members = {f"{RESULTS}/{name}": (folder / name).read_bytes() for name in sorted([*told, MANIFEST])}
    members |= {f"conf/{path.relative_to(CONF).as_posix()}": path.read_bytes() for path in sorted(_conf())}
    if (pins := CONF.parent / PINS).exists():
        members[PINS] = pins.read_bytes()
    how = _HOW.format(version=program_version(), pins=PINS, listing=LISTING)
    members["README.txt"] = how.encode()
    listing = {
        "program": "towngown",
        **_here(),
        "made_by": {
            name: manifest.get(name) for name in ("version", "model", "commit", "packages", "python")
        },
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in members.items()},
    }
    members[LISTING] = json.dumps(listing, indent=2, ensure_ascii=False).encode()
    partial = file.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _FIRST_DAY), content, zipfile.ZIP_DEFLATED)
    partial.replace(file)
    return file


def checked(file: Path) -> dict[str, Any]:
    """The listing of an archive, all of whose members are as they were packed.

    Raises:
        BadInput: naming every member that is missing, was changed, or is not listed.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            listing = json.loads(archive.read(LISTING))
            problems = list(_differing(archive, dict(listing["files"])))
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise BadInput(f"archive = {file} is no archive of towngown, or damaged: {error}.") from None
    if problems:
        raise BadInput(f"archive = {file}: {problem}" for problem in problems)
    return listing


def unpacked(file: Path, folder: Path) -> None:
    """Put the results of a checked archive into an empty folder."""
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            path = PurePosixPath(name)
            if path.parts[0] == RESULTS:
                target = folder.joinpath(*path.parts[1:])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))


def differences(listing: dict[str, Any]) -> list[str]:
    """What made the results, and is another here."""
    then, here = dict(listing.get("made_by") or {}), _here()
    told = [
        f"The {what} was {then.get(name) or 'not known'}, and is {here[name]} here."
        for name, what in (("version", "program's version"), ("model", "version of the model's rules"))
        if then.get(name) != here[name]
    ]
    packages = dict(then.get("packages") or {})
    told += [
        f"{name} was {version}, and is {here['packages'].get(name) or 'not installed'} here."
        for name, version in packages.items()
        if here["packages"].get(name) != version
    ]
    return told


def _here() -> dict[str, Any]:
    from model.machine.compiling import code_digest

    return {
        "version": program_version(),
        "model": code_digest(),
        "commit": commit(),
        "packages": package_versions(),
    }


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        dict(manifest["files"])
    except (OSError, ValueError, KeyError, TypeError):
        raise BadInput(
            f"archive = {folder} is not allowed: it takes a folder that towngown wrote, or an archive of one."
        ) from None
    return manifest


def _conf() -> Iterator[Path]:
    return (path for path in CONF.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _differing(archive: zipfile.ZipFile, listed: dict[str, str]) -> Iterator[str]:
    """What is wrong with the members of an archive."""
    there = {info.filename: info for info in archive.infolist()}
    yield from (f"{name} is missing." for name in listed if name not in there)
    yield from (f"{name} is not on its list." for name in there if name not in (*listed, LISTING))
    for name in filter(there.__contains__, listed):
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
            yield f"{name} would be written outside of its folder."
        elif there[name].file_size > _MOST_BYTES or _digest(archive, name) != listed[name]:
            yield f"{name} was changed."


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    try:
        return hashlib.sha256(archive.read(name)).hexdigest()
    except zipfile.BadZipFile:
        return ""


def _more(names: list[str]) -> str:
    return f" (and {len(names) - 1} more)" if len(names) > 1 else ""
