"""Plain YAML: names and values as the command line would read them, without what makes YAML a language."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from model.problems import BadInput, refuse

#: Levels within levels; Python's own limit is not far beyond a hundred.
_DEEPEST = 20
_UNSIGNED = "(?:0|[1-9](?:_?[0-9])*)"
_POINTED = rf"(?:{_UNSIGNED}\.|{_UNSIGNED}?\.[0-9](?:_?[0-9])*)"
#: What is no word on the command line; YAML would take `no` for false, and 7:8 and 010 for numbers.
_SCALARS = {
    "null": "(?i:null)|~|",
    "bool": "(?i:true|false)",
    "int": f"[-+]?{_UNSIGNED}",
    "float": f"[-+]?(?:{_POINTED}|(?:{_UNSIGNED}|{_POINTED})[eE][-+]?[0-9](?:_?[0-9])*|(?i:inf|nan))",
}


def text_of(file: Path) -> str:
    """The text of a file; a mark of its byte order may stand at the beginning.

    Raises:
        BadInput: if it cannot be read.
    """
    try:
        if file.is_file() or not file.exists():  # a pipe would be waited for
            return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{file} is not UTF-8: save it with that encoding.") from None
    except (OSError, ValueError) as error:
        raise BadInput(f"{file} cannot be read: {error}.") from None
    raise BadInput(f"{file} is no file of text.")


def mapping_of(text: str, where: object) -> dict[str, Any]:
    """The names and values of a text.

    Args:
        text: of YAML.
        where: it stands.

    Raises:
        BadInput: if it is no YAML, holds no mapping, or more than plain names and values.
    """
    import yaml

    try:
        refuse(f"{where}, line {line}: {problem}" for line, problem in _beyond_plain(text))
        given = yaml.load(text, _loader())
    except (yaml.YAMLError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(f"{where} is not YAML that can be read: {' '.join(str(error).split())}") from None
    if not isinstance(given, dict) or not all(isinstance(name, str) for name in given):
        raise BadInput(f"{where} should hold names and values, one `name: value` a line.")
    return given


def _beyond_plain(text: str) -> list[tuple[int, str]]:
    """Lines that make values out of others, or Python's own objects; the first that is nested too deeply."""
    import yaml

    found, depth = [], 0
    for event in yaml.parse(text, _loader()):
        line = event.start_mark.line + 1
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            found.append((line, f"*{event.anchor} is not allowed: write out what it stands for."))
        elif getattr(event, "tag", None):
            found.append((line, f"{event.tag} is not allowed: values are numbers, words, lists, mappings."))
        if depth > _DEEPEST:
            return [*found, (line, f"more than {_DEEPEST} levels within each other are not allowed.")]
    return found


@cache
def _loader() -> Any:
    """OmegaConf's reader of YAML (no name twice), whose scalars are those of the command line."""
    import yaml
    from omegaconf._utils import get_yaml_loader

    faster = (yaml.CSafeLoader,) if yaml.__with_libyaml__ else ()  # in a quarter of the time
    Loader: Any = type("Loader", (*faster, get_yaml_loader()), {})
    scalars = [(f"tag:yaml.org,2002:{tag}", re.compile(rf"(?:{each})\Z")) for tag, each in _SCALARS.items()]
    Loader.yaml_implicit_resolvers = {None: scalars}  # None: with whatever they begin
    return Loader
