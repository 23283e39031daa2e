"""What `towngown --help` says."""

import shutil
import textwrap

from experiments.command.files import CONF, description, file_of, names_in

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
    ("towngown experiment=sobol dry_run=true", "only say how many runs, how long, how much disk"),
    ("towngown -m experiment=sobol shard=range(0,16)", "in sixteen jobs, on any of Hydra's launchers"),
    ("towngown experiment=replay row=3ffdefe5", "run a row again, bit for bit, and show its life"),
    ("towngown -m policy=brokers population=nine_places,uk", "several jobs, one after the other"),
)

_SETTINGS = (
    ("policies=[a,b]", "policies to compare; a_equal_money is policy a at equal money"),
    ("policy=NAME", "the policy to compare with the baseline"),
    ("policy.LEVER=VALUE", "a lever of it; {value: 4, start: 24, end: 60} holds in those months"),
    ("parameters.NAME=VALUE", "a parameter of the model (model/ODD.md lists them)"),
    ("population=NAME", "where; population.places=16 changes a figure of it"),
    ("seeds=N or seeds=A:B", "runs of each policy: seeds 0 to N-1, or A to B-1"),
    ("equal_money=300", "£k a year that policies at equal money cost (over 36 councils); null: none"),
    ("responses=[a,b]", "indicators that a sensitivity or robustness experiment looks at"),
    ("design.NAME=VALUE", "the points of an experiment: n, seed, factors, groups, ..."),
    ("precision.half_width=0.1", "add seeds until the interval of every effect is ± this"),
    ("engine=dask", "on a Dask cluster (engine.address=HOST:PORT), or processes started here"),
    ("engine.threads=N", "runs at a time; results are the same for any number"),
    ("store=DIR", "where all rows are kept (results/store); no row in it is run again"),
    ("shard=I shards=N", "run one share of the rows; whoever finds all of them analyses"),
    ("failed=exclude", "leave rows that failed out of the analysis instead of refusing it"),
    ("dry_run=true", "say how much there is to do, and stop"),
    ("out=DIR", "where tables and figures go (results/DATE_TIME if not given)"),
    ("figures=false", "no figures"),
    ("--config-dir DIR", "a folder of your own with policy/, population/, experiment/ files"),
    ("--cfg job", "show the settings that would be used, and stop"),
)

_FOOTER = "Exit status: 0 done, 1 failed, 2 something in the input is wrong, 130 interrupted."


def help_text(width: int | None = None) -> str:
    """The help, as wide as the terminal (at most 120 columns)."""
    columns = min(width or shutil.get_terminal_size().columns, 120)
    parts = [
        "\n\n".join(textwrap.fill(part, columns) for part in _INTRODUCTION.strip().split("\n\n")),
        _section("Examples", _EXAMPLES, columns),
        _section("Settings", _SETTINGS, columns),
        *(_section(f"{title} (conf/{group}/)", _files(group), columns) for title, group in _TITLES),
        textwrap.fill(_FOOTER, columns),
    ]
    return "\n\n".join(parts) + "\n"


_TITLES = (
    ("Policies", "policy"),
    ("Populations", "population"),
    ("Experiments", "experiment"),
    ("Parameters", "parameters"),
    ("Engines", "engine"),
)


def _files(group: str) -> list[tuple[str, str]]:
    return [(name, description(file_of(group, name))) for name in names_in(group, [CONF])]


def _section(title: str, entries: object, columns: int) -> str:
    """A title and two columns of entries; where the left one is long, what it means goes below it."""
    pairs = list(entries)  # type: ignore[call-overload]
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
