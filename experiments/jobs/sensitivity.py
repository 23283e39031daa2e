"""The job that asks which factors matter: Morris screening or Sobol indices, luck removed from both."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import RenderableType
from rich.text import Text

from analysis.studies.sensitivity import FEWEST_BLOCKS, HALF_WIDTH
from experiments.command.kept import write_sample
from experiments.command.settings import Settings
from experiments.design.drawn import MORRIS, SOBOL
from experiments.rows.plan import Plan
from experiments.rows.row import parameters_of, parameters_text
from experiments.study.job import Job, a_design
from experiments.study.manifest import write_yaml
from experiments.study.study import Study, analysed, carried_out
from experiments.terminal import UNTOLD, interval_text, plain_table, records, told

_SHOWN, _SHOWN_OF_SPREAD = 25, 5
#: What the sample that seeds run at is called where it is written for the next step.
_SAMPLE = "sample"
_NO_NUMBER = (
    f"{UNTOLD}: cannot be told from so few runs; as sigma, of a group, or of words, which are in no order: "
    "they have no direction to vary in."
)


def main(settings: Settings) -> int:
    """Run it, write indices or screening, show them.

    Returns:
        Exit status.
    """
    return carried_out(settings, ANALYSES[settings.design.kind])


def _answers(tables: dict[str, pd.DataFrame], name: str) -> Iterator[tuple[str, list[dict], dict]]:
    """Of each answer: what it is, its lines of a table, and its figures in all."""
    for summary in records(tables["summary"]):
        response, contrast = summary["response"], summary["contrast"]
        lines = tables[name].query("response == @response and contrast == @contrast")
        yield f"{response}, {contrast}", records(lines), summary


def _sobol(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    tables = analysed(study, plan, folder)
    for title, lines, summary in _answers(tables, "indices"):
        yield _indices_table(title, lines, summary)
        yield Text(_sobol_words(summary), style="dim")
        yield Text()
    yield from _spread(tables, "total", "Total index")


def _spread(tables: dict[str, pd.DataFrame], index: str, heading: str) -> Iterator[RenderableType]:
    """What spread over seeds hangs on most, if there are seeds enough to tell."""
    if "spread" not in tables:
        return
    table = plain_table(
        "What the spread over seeds hangs on most",
        "standard deviation at a point, the chance of few seeds removed; all in spread.csv",
        ("Of", "Factor"),
        (heading,),
    )
    for answer, lines in tables["spread"].groupby(["response", "contrast"], sort=False):
        of = ", ".join(map(str, answer)) if isinstance(answer, tuple) else str(answer)
        for line in _descending(records(lines), index)[:_SHOWN_OF_SPREAD]:
            known = pd.notna(line[f"{index}_high"])
            table.add_row(
                of, str(line["factor"]), interval_text(line, index, 3) if known else "cannot be told"
            )
            of = ""
    yield table
    yield Text()


def _indices_table(title: str, lines: list[dict], summary: dict) -> RenderableType:
    table = plain_table(
        f"What {title} hangs on",
        f"N = {summary['blocks']}, {summary['replicates']} replicates, {summary['runs']:,} runs",
        ("Factor",),
        (
            "Rank",
            _heading("Total index", summary),
            _heading("First-order index", summary),
            "Total if luck\nwere ignored",
        ),
    )
    for line in _descending(lines, "total")[:_SHOWN]:
        indices = (interval_text(line, index) for index in ("total", "first"))
        table.add_row(str(line["factor"]), _rank(line), *indices, told(line["total_raw"], ".2f"))
    return table


def _descending(lines: list[dict], name: str) -> list[dict]:
    return records(pd.DataFrame(lines).sort_values(name, ascending=False))


def _heading(name: str, summary: dict) -> str:
    """A column's name, and whether what it shows has luck in it, for want of another replicate."""
    return name if summary["noise_removed"] else f"{name},\nwith luck"


def _rank(line: dict) -> str:
    """The rank, or from which to which it may be; none of what has no index."""
    low, high = line["rank_low"], line["rank_high"]
    if pd.isna(line["total"]):
        return UNTOLD
    return f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"


def _sobol_words(summary: dict[str, Any]) -> str:
    if not summary["varies"]:
        return (
            "The mean over seeds may not vary at all over these ranges: there is nothing to share out "
            f"({UNTOLD})."
        )
    if not summary["noise_removed"]:
        return (
            "With one replicate, luck cannot be told from factors: these are SALib's indices, luck included."
        )
    words = (
        f"Luck, as far as controls leave it in, makes {summary['luck']:.0%} of the variance of one run at a "
        "random point, and is removed. "
        "Brackets: 95% intervals. Ranks are given as far as intervals allow."
    )
    blocks, replicates, runs = (
        summary.get(f"recommended_{name}", float("nan")) for name in ("blocks", "replicates", "runs")
    )
    if pd.isna(blocks):
        return words
    return (
        f"{words} For total indices to within ±{HALF_WIDTH:g}: design.n={blocks:.0f} "
        f"seeds={replicates:.0f} ({runs:,.0f} runs)."
    )


def _morris(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    tables = analysed(study, plan, folder)
    for title, lines, summary in _answers(tables, "screening"):
        yield _screening_table(title, lines, summary)
        yield Text(_morris_words(lines, summary), style="dim")
        yield Text()
    yield from _spread(tables, "effect", "Effect")
    matter = {line["factor"] for line in records(tables["screening"]) if line["matters"] is True}
    if chosen := [factor.name for factor in plan.design.factors if factor.group in matter]:
        _write_next(study, plan, folder, chosen)
        sampled = f" parameters={_SAMPLE}" if study.settings.parameters.varied else ""
        yield Text(
            f"The next step, a Sobol study of those that matter: towngown --config-dir {study.settings.out} "
            f"experiment=screened{sampled}"
        )


def _screening_table(title: str, lines: list[dict], summary: dict) -> RenderableType:
    table = plain_table(
        f"What {title} may hang on",
        f"{summary['trajectories']} trajectories, {summary['replicates']} replicates, "
        f"{summary['runs']:,} runs",
        ("Factor", "Matters"),
        (*(_heading(name, summary) for name in ("Effect", "mu*", "sigma")), "mu* of luck\nif left in"),
    )
    for line in _descending(lines, "effect")[:_SHOWN]:
        table.add_row(
            str(line["factor"]),
            {True: "yes", False: "no"}.get(line["matters"], UNTOLD),
            _effect(line),
            *(told(line[name], ".3g") for name in ("mu_star", "sigma", "noise")),
        )
    if len(lines) > _SHOWN:
        table.add_row(f"... and {len(lines) - _SHOWN} more in screening.csv")
    return table


def _effect(line: dict) -> str:
    """An effect with its interval; none where this has no room."""
    ends = [told(line[f"effect_{end}"], ".3g") for end in ("low", "high")]
    return UNTOLD if UNTOLD in ends else f"{told(line['effect'], '.3g')} [{', '.join(ends)}]"


def _morris_words(lines: list[dict], summary: dict) -> str:
    if not summary["noise_removed"]:
        return (
            "With one replicate, luck cannot be told from effects, nor what matters from what does not: "
            f"effects, mu* and sigma have luck in them, the last two as SALib has them. {_NO_NUMBER}"
        )
    n_matter, n = sum(line["matters"] is True for line in lines), len(lines)
    return (
        f"{n_matter} of {n} matter (of all that are said to, 5% may not). Effect: root mean square change of "
        "the response over the factor's whole range; mu*: mean size; sigma: standard deviation; luck is "
        f"removed from all three. What SALib has, luck included, is in screening.csv. {_NO_NUMBER}"
    )


def _write_next(study: Study, plan: Plan, folder: Path, factors: Sequence[str]) -> None:
    """Write the experiment that comes next: a Sobol study of the factors that matter."""
    settings = study.settings
    asked = settings.described()
    factors_asked = asked["design"]["factors"]
    spelt = factors_asked if isinstance(factors_asked, dict) else {}
    content = {
        "job": "sensitivity",
        "policies": asked["policies"] or [policy.name for policy in plan.policies],
        "parameters": parameters_of(parameters_text(settings.parameters.held)),
        "responses": asked["responses"],
        "seeds": asked["seeds"],
        "design": {
            "kind": SOBOL.name,
            "n": 512,
            "factors": {name: spelt.get(name) for name in factors},
        },
    }
    (folder / "experiment").mkdir()
    head = "# @package _global_\n# A Sobol study of the factors that a screening found to matter.\n"
    write_yaml(folder / "experiment" / "screened.yaml", head, content)
    if settings.parameters.varied:
        write_sample(folder / "parameters", _SAMPLE, settings.parameters.sample)


def _several_groups(settings: Settings) -> Iterator[str]:
    """Indices are shares: of one group there is nothing to tell."""
    if settings.design.kind is SOBOL and len(settings.design.groups) < 2:
        yield "design varies one factor or group: Sobol indices tell two or more apart."


ANALYSES = {SOBOL: _sobol, MORRIS: _morris}
JOB = Job(main, needs=(a_design(ANALYSES, FEWEST_BLOCKS), _several_groups))
