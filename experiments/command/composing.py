"""Composing: Hydra makes the settings of each job."""

import math
import re
import shutil
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.command.arguments import INSTEAD
from experiments.command.files import CONF, GROUPS, mapping_in
from experiments.command.kept import kept_conf, with_kept_lists
from experiments.status import DONE, INTERRUPTED, status_of
from model.problems import BadInput, check_keys, refuse

if TYPE_CHECKING:
    from hydra._internal.hydra import Hydra
    from omegaconf import DictConfig

    from experiments.command.settings import Settings

#: Where jobs on other machines leave their logs, as they need a folder that all share.
_JOBS_FOLDER = "results/jobs"
_MOST_JOBS = 10_000
#: Of a results folder, all settings spelt out; and those of the command line where it is run again.
SETTINGS = "config.yaml"
_OF_NOW = ("again", "out", "store", "engine", "shard", "shards", "failed", "dry_run", "figures")
type Do = Callable[["Settings"], int]


class Stopped(BaseException):
    """One of several jobs was interrupted: the others are not begun (Hydra goes on after any `Exception`)."""


def composed_jobs(asked: Namespace, do: Do) -> int:
    """Let Hydra compose the settings of each job, and do it.

    Args:
        asked: on the command line, as `arguments.parsed` reads it.
        do: does a job and returns its exit status.

    Returns:
        The worst exit status of all jobs.

    Raises:
        BadInput: if Hydra, or the program, cannot make settings of them.
    """
    if asked.multirun:
        return _several(asked, do)
    with _hydra(asked.folders) as hydra:
        if _shown(hydra, asked):
            return DONE
        settings = _one(asked)
    return do(settings)


@contextmanager
def _hydra(folders: Sequence[Path]) -> Iterator["Hydra"]:
    """Hydra at work on the files of some folders; mistakes that it finds are told in plain words."""
    from hydra import initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

    from experiments.command.sources import look_in

    try:
        with initialize_config_dir(str(CONF), job_name="towngown", version_base="1.3"):
            hydra: Any = GlobalHydra.instance().hydra
            look_in(hydra, folders)
            yield hydra
    except (HydraException, OmegaConfBaseException, YAMLError) as error:
        raise BadInput(_in_plain_words(error)) from error
    except RecursionError as error:
        raise BadInput("Files name each other in their defaults, in a circle.") from error


def _one(asked: Namespace) -> "Settings":
    """The settings of the one job that is asked for."""
    from hydra import compose
    from hydra.core.hydra_config import HydraConfig
    from omegaconf import open_dict

    composed = compose(asked.config_name or "config", asked.overrides, return_hydra_config=True)
    HydraConfig.instance().set_config(composed)
    with open_dict(composed):
        del composed["hydra"]
    if composed["again"] is not None:
        _refuse_beside_again(asked.overrides)
    return _settings(composed, asked)


def _several(asked: Namespace, do: Do) -> int:
    """Do several jobs, one after the other or on a launcher's machines; the worst exit status."""
    launched = any(override.startswith("hydra/launcher=") for override in asked.overrides)
    with tempfile.TemporaryDirectory() as folder, _hydra(asked.folders) as hydra:
        swept = _swept(asked.overrides)
        if (jobs := _n_jobs(asked.overrides)) > _MOST_JOBS:
            raise BadInput(f"-m makes {jobs:,} jobs of these settings: at most {_MOST_JOBS:,} are allowed.")

        def job(composed: "DictConfig") -> int:
            shutil.rmtree(folder, ignore_errors=True)  # Hydra makes it, for nothing: one killed leaves none
            status = status_of(lambda: do(_settings(composed, asked, swept)))
            if status == INTERRUPTED and not launched:
                raise Stopped
            return status

        overrides = [f"hydra.sweep.dir={_JOBS_FOLDER if launched else folder}", *asked.overrides]
        try:
            sweeps = hydra.multirun(asked.config_name or "config", job, overrides)
        except Stopped:
            return INTERRUPTED
    status = max((done.return_value for sweep in sweeps for done in sweep), default=DONE)
    if launched and status != DONE:
        from experiments import terminal

        terminal.say_error(
            [f"A job has failed (exit status {status}). Its log is in {_JOBS_FOLDER}/.submitit."]
        )
    return status


def _shown(hydra: "Hydra", asked: Namespace) -> bool:
    """Show what Hydra can tell of itself and of the settings, if that is asked for."""
    name, overrides = asked.config_name or "config", asked.overrides
    if asked.cfg:
        hydra.show_cfg(name, overrides, asked.cfg, asked.package, asked.resolve)
    elif asked.info:
        hydra.show_info(asked.info, name, overrides)
    return bool(asked.cfg or asked.info)


def _swept(overrides: Sequence[str]) -> list[str]:
    """Names of the settings that differ from job to job."""
    from hydra.core.override_parser.overrides_parser import OverridesParser

    parsed = OverridesParser.create().parse_overrides(list(overrides))
    return [override.get_key_element() for override in parsed if override.is_sweep_override()]


def _n_jobs(overrides: Sequence[str]) -> int:
    """How many jobs settings with several values make, counted without making them."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.core.override_parser.types import ChoiceSweep, RangeSweep

    sweeps = [each.value() for each in OverridesParser.create().parse_overrides(list(overrides))]
    sizes = [len(sweep.list) for sweep in sweeps if isinstance(sweep, ChoiceSweep)]
    sizes += [
        math.ceil(abs((sweep.stop - sweep.start) / sweep.step))
        for sweep in sweeps
        if isinstance(sweep, RangeSweep) and sweep.start is not None and sweep.stop is not None and sweep.step
    ]
    return math.prod(sizes)


def _settings(composed: "DictConfig", asked: Namespace, swept: Sequence[str] = ()) -> "Settings":
    """Check the settings of one job; of several jobs, some settings are swept over."""
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    from experiments.command.settings import settings_from

    if missing := sorted(OmegaConf.missing_keys(composed)):
        raise BadInput(f"{key} is missing: give it as {key}=VALUE." for key in missing)
    try:
        given: Any = OmegaConf.to_container(composed, resolve=True)
    except OmegaConfBaseException as error:
        raise BadInput(_in_plain_words(error)) from error
    given["out_is_new"] = "${now:" in str(OmegaConf.to_container(composed)["out"])  # type: ignore[index]
    if set(swept) - {"shard"}:  # shards make one result
        given["out"] = str(Path(str(given["out"])) / _folder_of_job(swept))
    if given["again"] is not None:
        folder = Path(str(given["again"]))
        settings = settings_from(_again(given, folder), folders=[kept_conf(folder), *asked.folders])
    else:
        settings = settings_from(given, _choices(), asked.folders)
    return replace(settings, command=asked.command)


def _again(given: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The settings of a results folder, but for those of now."""
    if not (file := folder / SETTINGS).is_file():
        raise BadInput(
            f"again = {folder} is not allowed: it holds no {SETTINGS}, so no run of towngown wrote it."
        )
    told = mapping_in(file)
    check_keys(str(file), told, [*given, "experiment"])
    told = {name: value for name, value in told.items() if name not in _OF_NOW}
    return {**given, **with_kept_lists(told, folder)}


def _refuse_beside_again(overrides: Sequence[str]) -> None:
    """Settings that would change what is run again."""
    names = (override.lstrip("+").partition("=")[0] for override in overrides)
    refuse(
        f"{name} does not go with again: what is run again is as it was. Change a copy of its {SETTINGS}."
        for name in names
        if name.partition(".")[0] not in _OF_NOW
    )


def _choices() -> dict[str, str]:
    """The file that was chosen in each group."""
    from hydra.core.hydra_config import HydraConfig

    chosen = HydraConfig.get().runtime.choices
    return {group: str(chosen[group]) for group in GROUPS if group in chosen}


def _folder_of_job(swept: Sequence[str]) -> str:
    """Name of the folder of one of several jobs: its number, and what it has that others have not."""
    from hydra.core.hydra_config import HydraConfig

    config = HydraConfig.get()
    own = [override for override in config.overrides.task if override.partition("=")[0] in swept]
    text = ",".join(_as_said(override) for override in own)
    return f"{int(config.job.num):02d}_{re.sub(r'[^A-Za-z0-9_.,=+-]', '-', text)[:100]}"


def _as_said(override: str) -> str:
    """A setting as it was given on the command line."""
    return override.replace("++policy.levers.", "policy.").replace(f"++{INSTEAD}.", "design.").lstrip("+")


def _in_plain_words(error: Exception) -> str:
    """What Hydra or OmegaConf have to say, in a line."""
    from hydra.errors import OverrideParseException
    from omegaconf.errors import OmegaConfBaseException

    text = " ".join(str(error).split())
    if isinstance(error, OmegaConfBaseException) and error.full_key:
        text = f"{error.full_key} is not understood: {text}"
    if isinstance(error, OverrideParseException):
        reason = re.sub(
            r"Error parsing override '.*?' | See https?:.*", "", " ".join(str(error.message).split())
        )
        if reason.startswith("Lexer"):  # the name of an exception, and the text once more
            reason = """a text with signs such as ' goes in quotes, "'...'" on most command lines"""
        return f"{_as_said(error.override or '')!r} is not understood: {reason}."
    if match := re.match("Error merging override ([^=]*)=", text):
        text = f"{match[1].lstrip('+')} is not understood: {' '.join(str(error.__cause__).split())}"
    if match := re.match(r"Could not override '\+*([^']*)'", text):
        return f"There is no setting {match[1]!r}."
    return re.sub(
        r" ?(To append to your config|Set the environment|Config search path:|full_key:|object_type=).*",
        "",
        text,
    )
