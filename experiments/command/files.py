"""The YAML files that experiments are made of: where they are, and what each is for."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from model.problems import BadInput, no_such

#: The folder of the YAML that comes with the program.
CONF = Path(__file__).resolve().parents[2] / "conf"
GROUPS = ("policy", "population", "parameters", "experiment", "engine")


def names_in(group: str, folders: Iterable[Path] = (CONF,)) -> list[str]:
    """Names of the files of a group, in all folders."""
    return sorted({file.stem for folder in folders for file in (folder / group).glob("*.yaml")})


def file_of(group: str, name: str, folders: Sequence[Path] = (CONF,)) -> Path:
    """The file of a name in a group; of several folders, the first that has it.

    Raises:
        BadInput: if there is none, with what may have been meant.
    """
    for folder in folders:
        file = folder / group / f"{name}.yaml"
        if name in names_in(group, [folder]):
            return file
    raise BadInput(no_such(group, name, names_in(group, folders)))


def mapping_in(file: Path) -> dict[str, Any]:
    """What a YAML file holds.

    Raises:
        BadInput: if the file is no YAML, or holds no mapping.
    """
    import yaml
    from omegaconf import DictConfig, OmegaConf

    try:
        given = OmegaConf.load(file)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise BadInput(f"{file} is not YAML that can be read: {' '.join(str(error).split())}") from None
    if not isinstance(given, DictConfig):
        raise BadInput(f"{file} should hold names and values, one `name: value` a line.")
    return OmegaConf.to_container(given)  # type: ignore[return-value]


def description(file: Path) -> str:
    """What a file is for: a policy's `why`, or the file's first comment."""
    for line in file.read_text(encoding="utf-8").splitlines():
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
    for line in file.read_text(encoding="utf-8").splitlines():
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
