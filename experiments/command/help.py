"""What `towngown --help` says."""

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from experiments.command.files import CONF, description, explained, file_of, mapping_in, names_in

_INTRODUCTION = """\
towngown: which policies make lasting partnerships between councils and universities?

Compares policies with the present (the baseline), both on the same luck, and says what each is worth, with
intervals; writes tables and figures into one folder.
"""

_EXAMPLES = (
    ("towngown", "compare all the policies below with the baseline"),
    ("towngown policy=matchmaking seeds=200", "one policy, more seeds: narrower intervals"),
    ("towngown policy.joint_posts=8 policy.phds=5", "a bundle of levers of your own, called custom"),
    ("towngown policies=[baseline,brokers,phds]", "just these"),
    ("towngown population=uk policy=brokers seeds=20", "in the whole country"),
    ("towngown parameters.austerity=0.05", "in other circumstances"),
    ("towngown experiment=run seeds=7:8", "show one run (of seed 7) and its partnerships' lives"),
    ("towngown experiment=precise", "as many seeds as it takes to know effects precisely"),
    ("towngown experiment=morris", "which of all uncertain numbers may matter"),
    ("towngown experiment=sobol design.n=256", "how much of the variance each accounts for"),
    ("towngown experiment=robust", "which policy is good whatever the uncertain numbers are"),
    ("towngown experiment=mechanisms", "what drives the difference: each rule switched off by itself"),
    ("towngown experiment=friction", "how much matchmaking could add, before money is spent"),
    ("towngown experiment=sobol dry_run=true", "only say how many runs, how long, how much disk"),
    ("towngown -m experiment=sobol shard=range(0,16)", "in sixteen jobs, on any of Hydra's launchers"),
    ("towngown experiment=replay row=3ffdefe5", "run a row again, bit for bit, and show its life"),
    ("towngown page", "the page in a browser; towngown page --help says more"),
    ("towngown report=results/DATE_TIME", "the report of a folder, made again from what is in it"),
    ("towngown -m policy=brokers population=nine_places,uk", "several jobs, one after the other"),
)

_OPTIONS = (
    ("-m, --multirun", "a job with each of the values that settings list, as in the examples"),
    ("--config-dir DIR", "a folder of your own with policy/, population/, experiment/ files"),
    ("--cfg job", "show the settings that would be used, and stop"),
    ("--info", "show where they come from"),
)

_FOOTER = "Exit status: 0 done, 1 failed, 2 something in the input is wrong, 130 interrupted."


def help_text(jobs: Sequence[tuple[str, str]], width: int | None = None) -> str:
    """The help, as wide as the terminal (at most 120 columns).

    Args:
        jobs: each with what it is for.
        width: of the terminal, if not as found.
    """
    columns = min(width or shutil.get_terminal_size().columns, 120)
    parts = [
        "\n\n".join(textwrap.fill(part, columns) for part in _INTRODUCTION.strip().split("\n\n")),
        _section("Examples", _EXAMPLES, columns),
        _section("Settings and their defaults (conf/config.yaml)", _settings(), columns),
        _section("Options", _OPTIONS, columns),
        _indicators(columns),
        _mechanisms(columns),
        *(_section(f"{title} (conf/{group}/)", _files(group), columns) for title, group in _TITLES),
        _section("Jobs (experiments/jobs/)", jobs, columns),
        textwrap.fill(_FOOTER, columns),
    ]
    return "\n\n".join(parts) + "\n"


def _settings() -> Iterator[tuple[str, str]]:
    """All settings; where the experiment that is done by default says otherwise, what it says."""
    told = [(*setting.split("=", 1), comment) for setting, comment in explained(CONF / "config.yaml")]
    usual = next(value for name, value, _ in told if name == "experiment")
    for name, value, comment in told:
        own: Any = mapping_in(file_of("experiment", usual, [CONF]))
        for part in name.split("."):
            own = own.get(part) if isinstance(own, Mapping) else None
        says = f" experiment={usual} {'names some' if isinstance(own, list) else f'says {own}'}."
        yield f"{name}={value}", comment + says * (own is not None and str(own) != value)


_TITLES = (
    ("Policies", "policy"),
    ("Populations", "population"),
    ("Experiments", "experiment"),
    ("Parameters", "parameters"),
    ("Patterns", "pattern"),
    ("Engines", "engine"),
)


def _indicators(columns: int) -> str:
    """The indicators that can be responses: names, as what they mean is a table of its own."""
    from model.measures import INDICATORS

    return _names("Indicators, for responses=[...] (model/ODD.md, section 6)", INDICATORS, columns)


def _mechanisms(columns: int) -> str:
    """The mechanisms that can be switched off: names, as what they do is in their file."""
    declared = mapping_in(CONF / "mechanisms.yaml")
    return _names("Mechanisms, for mechanisms=[...] (conf/mechanisms.yaml)", declared, columns)


def _names(title: str, names: Iterable[str], columns: int) -> str:
    listed = textwrap.fill(", ".join(names), columns, initial_indent="  ", subsequent_indent="  ")
    return f"{title}\n{listed}"


def _files(group: str) -> list[tuple[str, str]]:
    return [(name, description(file_of(group, name))) for name in names_in(group, [CONF])]


def _section(title: str, entries: Iterable[tuple[str, str]], columns: int) -> str:
    """A title and two columns of entries; where the left one is long, what it means goes below it."""
    pairs = list(entries)
    indent = min(max(len(left) for left, _ in pairs), 30) + 4
    lines = [title]
    for left, right in pairs:
        wrapped = textwrap.wrap(right, max(columns - indent, 20)) or [""]
        if len(left) + 4 > indent:
            lines.append(f"  {left}")
        else:
            lines.append(f"  {left:<{indent - 2}}{wrapped.pop(0)}")
        lines += [" " * indent + line for line in wrapped]
    return "\n".join(lines)
