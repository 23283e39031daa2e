"""The YAML files that experiments are made of: where they are, and what each is for."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from experiments.command.plain import mapping_of, text_of
from model.problems import BadInput, no_such

#: The folder of the YAML that comes with the program.
CONF = Path(__file__).resolve().parents[2] / "conf"
GROUPS = ("policy", "population", "parameters", "experiment", "engine")
#: What is no setting, but is looked for in the same folders.
PATTERN = "pattern"
#: What a set of parameters may say instead of values: a table of points beside it.
POINTS = "points"
_ENDINGS = (".yaml", ".yml")


def names_in(group: str, folders: Iterable[Path] = (CONF,)) -> list[str]:
    """Names of the files of a group, in all folders; what systems keep beside a file begins with a dot."""
    files = (file for folder in folders for file in (folder / group).glob("[!.]*.y*ml"))
    return sorted({file.stem for file in files if file.suffix in _ENDINGS})


def find(folder: Path, group: str, name: str) -> Path | None:
    """The file of a name in a group, if a folder has it."""
    if group not in (*GROUPS, PATTERN) or name not in names_in(group, [folder]):
        return None
    yaml, yml = (folder / group / f"{name}{ending}" for ending in _ENDINGS)
    return yaml if yaml.exists() or not yml.exists() else yml


def file_of(group: str, name: str, folders: Sequence[Path] = (CONF,)) -> Path:
    """The file of a name in a group; of several folders, the first that has it.

    Raises:
        BadInput: if there is none, with what may have been meant.
    """
    for folder in folders:
        if file := find(folder, group, name):
            return file
    raise BadInput(no_such(group, name, names_in(group, folders)))


def stands_in(file: Path) -> list[str]:
    """A note on a file, if it takes the place of one of the program's own."""
    own = find(CONF, file.parent.name, file.stem)
    return [f"{file} takes the place of the program's own {file.stem}."] if own and own != file else []


def mapping_in(file: Path) -> dict[str, Any]:
    """What a YAML file holds.

    Raises:
        BadInput: if the file is no plain YAML, or holds no mapping.
    """
    return mapping_of(text_of(file), file)


def settings_at_top() -> list[str]:
    """Names of the settings that are in no group."""
    return [name for name in mapping_in(CONF / "config.yaml") if name not in ("defaults", "hydra")]


def description(file: Path) -> str:
    """What a file is for: a policy's `why`, or the file's first comment."""
    for line in text_of(file).splitlines():
        if line.startswith("why:"):
            return line.removeprefix("why:").strip().strip('"')
        if line.startswith("# ") and "@package" not in line:
            return line.removeprefix("# ").strip()
    return ""


def explained(file: Path) -> Iterator[tuple[str, str]]:
    """Every setting of a YAML file that has a comment right above it: `name=value`, and the comment.

    A setting within another is called `other.name`; of the defaults, a group's file is a setting by itself.
    """
    within, comment = "", list[str]()
    for line in text_of(file).splitlines():
        setting = re.match(r"( *)(?:- )?(\w+): *(.*)", line)
        if line.lstrip().startswith("# "):
            comment.append(line.lstrip(" #"))
            continue
        if setting and not setting[1]:
            within = f"{setting[2]}."
        if setting and comment and setting[3]:
            name = f"{within.removeprefix('defaults.') if setting[1] else ''}{setting[2]}"
            yield f"{name}={setting[3]}", " ".join(comment)
        comment = []
