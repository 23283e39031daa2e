"""Composing: Hydra makes the settings of each job."""

import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.command.arguments import INSTEAD
from experiments.command.files import CONF, GROUPS
from experiments.command.settings import Settings, settings_from
from experiments.status import DONE, INTERRUPTED, status_of
from model.problems import BadInput, no_such

if TYPE_CHECKING:
    from omegaconf import DictConfig

#: Where jobs on other machines leave their logs, as they need a folder that all share.
_JOBS_FOLDER = "results/jobs"


class JobFailed(Exception):
    """A job on another machine has ended with this exit status."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


def composed_jobs(arguments: Sequence[str], jobs: Sequence[str], do: Callable[[Settings], int]) -> int:
    """Let Hydra compose the settings of each job, and do it.

    Args:
        arguments: of the command line.
        jobs: what can be done, by the name that `job` gives it.
        do: does a job and returns its exit status.

    Returns:
        The worst exit status of all jobs.
    """
    from experiments.command.arguments import translated

    overrides = translated(arguments)
    import hydra
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

    statuses: list[int] = []
    several = bool({"-m", "--multirun"} & set(overrides))
    process = os.getpid()

    def job(composed: "DictConfig") -> None:
        status = status_of(lambda: do(_settings(composed, jobs, _swept(overrides) if several else None)))
        if os.getpid() != process and status != DONE:
            raise JobFailed(status)
        statuses.append(status)
        if status == INTERRUPTED:
            raise KeyboardInterrupt

    # Hydra would print a traceback of its own and leave; this makes it raise instead.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    own, sys.argv = sys.argv, [*sys.argv[:1], *overrides]
    try:
        with tempfile.TemporaryDirectory() as sweep:
            if several:
                launched = any(override.startswith("hydra/launcher=") for override in overrides)
                sys.argv.insert(1, f"hydra.sweep.dir={_JOBS_FOLDER if launched else sweep}")
            hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")(job)()
    except (HydraException, OmegaConfBaseException, YAMLError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(_in_plain_words(error)) from error
    except JobFailed as failed:
        from experiments import terminal

        terminal.say_error(
            [f"A job has failed (exit status {failed.status}). Its log is in {_JOBS_FOLDER}/.submitit."]
        )
        statuses.append(failed.status)
    except KeyboardInterrupt:
        if INTERRUPTED not in statuses:
            raise
    except SystemExit as error:  # Hydra's argument parser, or one of Hydra's own helps
        return error.code if isinstance(error.code, int) else DONE
    finally:
        sys.argv = own
        del os.environ["HYDRA_FULL_ERROR"]
    return max(statuses, default=DONE)


def _swept(overrides: Sequence[str]) -> list[str]:
    """Names of the settings that differ from job to job."""
    from hydra.core.override_parser.overrides_parser import OverridesParser

    settings = [override for override in overrides if not override.startswith("-") and "=" in override]
    parsed = OverridesParser.create().parse_overrides(settings)
    return [override.get_key_element() for override in parsed if override.is_sweep_override()]


def _settings(composed: "DictConfig", jobs: Sequence[str], swept: Sequence[str] | None) -> Settings:
    """Check the settings of one job; of several jobs, some settings are swept over."""
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    if missing := sorted(OmegaConf.missing_keys(composed)):
        raise BadInput(f"{key} is missing: give it as {key}=VALUE." for key in missing)
    try:
        given: Any = OmegaConf.to_container(composed, resolve=True)
    except OmegaConfBaseException as error:
        raise BadInput(_in_plain_words(error)) from error
    if given["job"] not in jobs:
        raise BadInput(no_such("job", given["job"], jobs))
    if swept is not None and set(swept) - {"shard"}:  # shards make one result
        given["out"] = str(Path(str(given["out"])) / _folder_of_job(swept))
    return settings_from(given, _choices(), _folders())


def _choices() -> dict[str, str]:
    """The file that was chosen in each group."""
    from hydra.core.hydra_config import HydraConfig

    chosen = HydraConfig.get().runtime.choices
    return {group: str(chosen[group]) for group in GROUPS if group in chosen}


def _folders() -> list[Path]:
    """Where the files of groups are looked for: folders of the user's own, then the program's."""
    from hydra.core.hydra_config import HydraConfig

    sources = HydraConfig.get().runtime.config_sources
    return [Path(source.path) for source in sources if source.schema == "file"]


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

    text = " ".join(str(error).split())
    if isinstance(error, OverrideParseException):
        reason = re.sub(r" See https?:.*", "", " ".join(str(error.message).split()))
        return f"{error.override!r} is not understood: {reason}."
    if match := re.match(r"Could not override '\+*([^']*)'", text):
        return f"There is no setting {match[1]!r}."
    return re.sub(r" ?(To append to your config|Set the environment|full_key:|object_type=).*", "", text)
