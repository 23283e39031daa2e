"""The command line: checked before Hydra composes, so that mistakes are told in the user's own words."""

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from experiments.command.files import CONF, GROUPS, mapping_in, names_in, settings_at_top
from model.parameters import LEVERS, PARAMETERS, checked
from model.problems import BadInput, all_of, no_such, refuse

#: Where settings of a design are put that take the place of the experiment's own.
INSTEAD = "design_instead"
#: What takes the place of Hydra's options that make no sense here.
NOT_HERE = {
    "config_path": "--config-dir=DIR adds a folder of your own",
    "experimental_rerun": "experiment=replay runs a row again",
    "hydra_help": "towngown --help tells what makes sense here",
    "shell_completion": "Hydra's knows not all settings, towngown --help does",
}
#: What takes the place of Hydra's settings that make no sense here.
_NOT_SET = {
    "hydra.searchpath": "--config-dir=DIR adds a folder of your own",
    "hydra.job.chdir": "results go to out=FOLDER, from where you are",
}
#: Of a whole number; one of more is beyond every other.
_MOST_DIGITS = 308
#: Settings that are paths: whatever a path may hold, they are taken as they are.
_PATHS = (
    "out",
    "store",
    "report",
    "again",
    "archive",
    "population.councils",
    "population.universities",
    "design.file",
)
#: Settings that are a text of one's own: taken as it is, unless several are tried with -m.
_TEXTS = ("population.name",)
#: Parts of a value: what is in quotes, or what is between the signs of lists and mappings.
_PARTS = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^][{},:=()'"]+""")
#: Characters that Hydra takes in quotes only.
_IN_QUOTES = re.compile(r"[^\x00-\x7f]|[&#~!^`;<>]")


def parsed(arguments: Sequence[str]) -> Namespace:
    """The command line as Hydra's own parser reads it, its settings as Hydra understands them.

    `policy.<lever>=value` becomes an entry of the policy's levers, `parameters.<name>=value` a new
    entry of the parameters; all else is passed on as it is.

    Returns:
        Hydra's options by name; the settings as `overrides`; as `folders` where the files of groups are; as
        `command` all of it, as it was.

    Raises:
        BadInput: naming every argument that means nothing.
    """
    parser = _parser()
    given, unknown = parser.parse_known_intermixed_args(arguments)
    if given.config_dir and not Path(given.config_dir).is_dir():  # or its files would be told as missing
        raise BadInput(f"--config-dir={given.config_dir} is no folder.")
    given.command = ("towngown", *arguments)
    given.folders = [*([Path(given.config_dir)] if given.config_dir else []), CONF]
    checks: list[Callable[[], Any]] = [
        partial(refuse, (_no_option(parser, option) for option in unknown)),
        partial(refuse, _misused(given)),
    ]
    checks += [partial(_translated, each, given.folders, given.multirun) for each in given.overrides]
    given.overrides = all_of(checks)[2:]
    return given


def _parser() -> ArgumentParser:
    """Hydra's own, which tells mistakes as we do."""
    from hydra._internal.utils import get_args_parser

    def error(message: str) -> None:
        raise BadInput(f"The command line is not understood: {message}.")

    parser = get_args_parser()
    parser.error = error  # type: ignore[method-assign]  # its own would print its usage and leave
    return parser


def _no_option(parser: ArgumentParser, option: str) -> str:
    """Say that there is no such option."""
    known = [name for action in parser._actions for name in action.option_strings if name.startswith("--")]
    return no_such("option", option.partition("=")[0], known)


def _misused(given: Namespace) -> list[str]:
    """What is wrong with options that there are."""
    problems = [
        f"--{option.replace('_', '-')} is not allowed: {instead}."
        for option, instead in NOT_HERE.items()
        if getattr(given, option)
    ]
    if (given.resolve or given.package) and not given.cfg:
        problems.append("--resolve and --package go with --cfg only.")
    if len(asked := [mode for mode in ("multirun", "cfg", "info") if getattr(given, mode)]) > 1:
        problems.append(f"--{' and --'.join(asked)} do not go together.")
    return problems


def _quoted(text: str) -> str:
    """A text as Hydra's grammar takes it, whatever it holds: backslashes before quotes are doubled."""
    return "'" + re.sub(r"(\\*)('|\Z)", lambda found: found[1] * 2 + found[2].replace("'", r"\'"), text) + "'"


def _translated(argument: str, folders: Sequence[Path], several: bool) -> str:
    """One setting."""
    name, equals, value = argument.partition("=")
    if (taken := name.removeprefix("~")) != name and taken in (*settings_at_top(), *GROUPS):
        raise BadInput(f"{argument} is not allowed: every setting is needed. Say {taken}=VALUE.")
    if instead := _NOT_SET.get(name.lstrip("+")):
        raise BadInput(f"{name} is not allowed: {instead}.")
    if argument.startswith("~") or name.lstrip("+").startswith(("hydra.", "hydra/")):
        return argument
    name = name.lstrip("+")
    if match := re.search(rf"\d{{{_MOST_DIGITS + 1},}}", value):
        raise BadInput(
            f"{name} has a number of {len(match[0]):,} digits: at most {_MOST_DIGITS} are allowed."
        )
    if not equals:
        raise BadInput(f"{argument!r} is not understood: settings are name=value, such as seeds=100.")
    if name in _PATHS and value not in ("", "null"):
        value = _quoted_path(value)
    elif name in _TEXTS and value and not several:
        value = _in_quotes(value)
    elif name not in GROUPS:
        value = _PARTS.sub(_part_quoted, value)
    head, _, rest = name.partition(".")
    if name in GROUPS:
        _check_choice(name, value, folders, several)
    elif head == "policy":
        return f"++policy.levers.{_known(rest, 'lever')}={value}"
    elif head == "parameters":
        return f"++parameters.{_known(rest, 'parameter')}={value}"
    elif head in GROUPS:
        _check_setting_of(head, rest)
    elif head == "design" and rest:
        # As a whole, or Hydra would merge lists and mappings with those of the experiment's file.
        return f"++{name}={value}" if "." in rest else f"++{INSTEAD}.{rest}={value}"
    elif name == "row" and re.fullmatch("[0-9a-f]+", value):
        return f"row='{value}'"  # or Hydra would take some, such as 12e4, for numbers
    elif head not in (known := settings_at_top()):
        raise BadInput(_no_setting(name, value, known))
    return f"{name}={value}"


def _quoted_path(value: str) -> str:
    """A path in quotes; `~/` is one's home, as shells do not see it there."""
    return _in_quotes(str(Path(value).expanduser()) if value.startswith("~/") else value)


def _in_quotes(value: str) -> str:
    """A value in quotes, unless it is."""
    return value if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else _quoted(value)


def _part_quoted(part: re.Match[str]) -> str:
    """A part of a value, in quotes if it needs them: names of places have accents and ampersands."""
    text = part[0].strip()
    if text.startswith(("'", '"')) or not _IN_QUOTES.search(text):
        return part[0]
    return part[0].replace(text, _quoted(text))


def _check_setting_of(group: str, name: str) -> None:
    """Refuse a setting that no file of a group has."""
    files = (mapping_in(CONF / group / f"{choice}.yaml") for choice in names_in(group))
    known = list(dict.fromkeys(key for file in files for key in file))
    if name.partition(".")[0] not in known:
        raise BadInput(no_such(f"setting of the {group}", name, known))


def _no_setting(name: str, value: str, known: Sequence[str]) -> str:
    """Say that a setting is not known; a lever or a parameter is most likely just that."""
    if name in LEVERS:
        return f"{name} is a lever of a policy: say policy.{name}={value}."
    if name in PARAMETERS:
        return f"{name} is a parameter: say parameters.{name}={value}."
    return no_such("setting", name, [*known, *GROUPS])


def _known(path: str, kind: str) -> str:
    """A lever (dated ones have a `.value`, `.start` or `.end`) or parameter that exists."""
    name = path.removeprefix("levers.").partition(".")[0]
    declared = LEVERS if kind == "lever" else PARAMETERS
    if name not in declared:
        checked({name: 0}, declared, kind)
    return path.removeprefix("levers.")


def _check_choice(group: str, value: str, folders: Sequence[Path], several: bool) -> None:
    """Refuse a file that a group does not have."""
    chosen = [name.strip() for name in value.split(",")]
    if len(chosen) > 1 and not several:
        hint = f" To compare them, say policies=[baseline,{','.join(chosen)}]." if group == "policy" else ""
        raise BadInput(f"{group}={value} names {len(chosen)} files: add -m for a job with each.{hint}")
    known = names_in(group, folders)
    problems = [
        no_such("set of parameters" if group == "parameters" else group, name, known)
        for name in chosen
        if name.strip("'\"") not in known and (re.fullmatch(r"[\w./-]+", name) or not several)
    ]
    refuse(problems)
