"""The command line: checked before Hydra composes, so that mistakes are told in the user's own words."""

import re
from collections.abc import Sequence
from pathlib import Path

from experiments.command.files import CONF, GROUPS, mapping_in, names_in
from model.parameters import LEVERS, PARAMETERS, checked
from model.problems import BadInput, no_such, refuse

#: Hydra's options that are followed by a value, and those that are not.
_WITH_VALUE = (
    "--config-path", "-cp", "--config-name", "-cn", "--config-dir", "-cd", "--package", "-p", "--cfg", "-c",
    "--experimental-rerun",
)  # fmt: skip
_WITHOUT_VALUE = (
    "--help", "--version", "--multirun", "-m", "--run", "-r", "--resolve", "--info", "-i", "--hydra-help",
    "--shell-completion", "-sc",
)  # fmt: skip
#: Where settings of a design are put that take the place of the experiment's own.
INSTEAD = "design_instead"
_MULTIRUN = {"-m", "--multirun"}


def translated(arguments: Sequence[str]) -> list[str]:
    """The arguments as Hydra understands them.

    `policy.<lever>=value` becomes an entry of the policy's levers, `parameters.<name>=value` a new
    entry of the parameters; all else is passed on as it is.

    Raises:
        BadInput: naming every argument that means nothing.
    """
    folders = [CONF, *_own_folders(arguments)]
    several = bool(_MULTIRUN & set(arguments))
    problems: list[str] = []
    settings: list[str] = []
    options: list[str] = []
    for argument, before in zip(arguments, ["", *arguments], strict=False):
        try:
            if argument.startswith("-"):
                _check_option(argument.partition("=")[0])
                options.append(argument)
            elif before in _WITH_VALUE:
                options.append(argument)
            else:
                settings.append(_translated(argument, folders, several))
        except BadInput as error:
            problems += error.problems
    refuse(problems)
    return [*settings, *options]  # Hydra takes settings in one piece only


def _own_folders(arguments: Sequence[str]) -> list[Path]:
    """Folders given with --config-dir (in either form)."""
    text = "\0".join(arguments)
    return [Path(found) for found in re.findall(r"(?:--config-dir|-cd)[=\0]([^\0]+)", text)]


def _translated(argument: str, folders: Sequence[Path], several: bool) -> str:
    """One setting."""
    name, equals, value = argument.partition("=")
    if (taken := name.removeprefix("~")) != name and taken in (*_settings(), *GROUPS):
        raise BadInput(f"{argument} is not allowed: every setting is needed. Say {taken}=VALUE.")
    if argument.startswith("~") or name.lstrip("+").startswith(("hydra.", "hydra/")):
        return argument
    name = name.lstrip("+")
    if not equals:
        raise BadInput(f"{argument!r} is not understood: settings are name=value, such as seeds=100.")
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
    elif head not in (known := _settings()):
        raise BadInput(_no_setting(name, value, known))
    return f"{name}={value}"


def _check_option(option: str) -> None:
    """Refuse an option that Hydra does not have."""
    if option not in (known := (*_WITH_VALUE, *_WITHOUT_VALUE)):
        raise BadInput(no_such("option", option, [name for name in known if name.startswith("--")]))


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
        if re.fullmatch(r"[\w./-]+", name) and name not in known
    ]
    refuse(problems)


def _settings() -> list[str]:
    """Names of the settings at the top."""
    return [name for name in mapping_in(CONF / "config.yaml") if name not in ("defaults", "hydra")]
