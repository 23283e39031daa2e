"""The job that asks which factors matter: Morris screening or Sobol indices, luck removed from both."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import RenderableType
from rich.text import Text

from analysis.statistics.morris import Screening, screen
from analysis.statistics.sobol import Indices, Recommended, convergence, recommended, sobol_indices
from experiments.command.settings import Settings
from experiments.design.drawn import MORRIS, SOBOL
from experiments.jobs.job import Job, a_design
from experiments.rows.plan import Plan
from experiments.rows.results import values_of, write_rows
from experiments.study.manifest import write_yaml
from experiments.study.study import Study, carried_out
from experiments.terminal import interval_text, plain_table, records

_FEWEST_BLOCKS = 2
#: Half-width of the intervals of total indices for which a design is recommended.
_HALF_WIDTH = 0.05
_SHOWN = 25


def main(settings: Settings) -> int:
    """Run it, write indices or screening, show them.

    Returns:
        Exit status.
    """
    return carried_out(settings, _ANALYSES[settings.design.kind])


type Answer = tuple[str, str, np.ndarray, np.ndarray]


def _answers(study: Study, plan: Plan) -> Iterator[Answer]:
    """Response, contrast, values [blocks, points of a block, replicates], and the blocks that are known.

    Of one policy, the response itself; of several, how each differs from the first.
    """
    values = values_of(study.store, plan, study.settings.responses)
    names = [policy.name for policy in plan.policies]
    blocked = values.reshape(plan.design.n, -1, *values.shape[1:])
    for column, response in enumerate(study.settings.responses):
        levels = blocked[..., column]
        differences = [(f"{name} − {names[0]}", i) for i, name in enumerate(names)][1:]
        for contrast, i in differences or [(names[0], 0)]:
            answer = levels[..., i] - levels[..., 0] if differences else levels[..., 0]
            known = study.known(f"{response}, {contrast}", answer, "blocks", _FEWEST_BLOCKS)
            yield response, contrast, answer[known], known


def _sobol(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    write_rows(study.store, plan, folder / "rows.parquet")
    names = plan.design.groups
    indices, converging, summaries = [], [], []
    for response, contrast, values, _ in _answers(study, plan):
        found, advice = sobol_indices(values, names), recommended(values, names, _HALF_WIDTH)
        keys = {"response": response, "contrast": contrast}
        indices.append(found.table.assign(**keys, luck=found.luck))
        converging.append(convergence(values, names).assign(**keys))
        summaries.append(keys | _summary(found, advice))
        yield _indices_table(f"{response}, {contrast}", found)
        yield Text(_sobol_words(found, advice), style="dim")
        yield Text()
    _write(folder, "indices", pd.concat(indices, ignore_index=True))
    _write(folder, "convergence", pd.concat(converging, ignore_index=True))
    _write(folder, "summary", pd.DataFrame(summaries))


def _summary(found: Indices, advice: Recommended | None) -> dict[str, Any]:
    figures = ("variance", "noise", "luck", "blocks", "replicates", "runs", "noise_removed", "varies")
    named = {f"recommended_{name}": value for name, value in vars(advice).items()} if advice else {}
    return {name: getattr(found, name) for name in figures} | named


def _indices_table(title: str, found: Indices) -> RenderableType:
    table = plain_table(
        f"What {title} hangs on",
        f"N = {found.blocks}, {found.replicates} replicates, {found.runs:,} runs",
        ("Factor",),
        ("Rank", "Total index", "First-order index", "Total if luck\nwere ignored"),
    )
    for line in records(found.table.sort_values("total", ascending=False))[:_SHOWN]:
        indices = (interval_text(line, index) for index in ("total", "first"))
        table.add_row(str(line["factor"]), _rank(line), *indices, f"{line['total_raw']:.2f}")
    return table


def _rank(line: dict) -> str:
    """The rank, or from which to which it may be."""
    low, high = line["rank_low"], line["rank_high"]
    if pd.isna(low):
        return "–"
    return f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"


def _sobol_words(found: Indices, advice: Recommended | None) -> str:
    if not found.varies:
        return "The mean over seeds may not vary at all over these ranges: there is nothing to share out."
    if not found.noise_removed:
        return (
            "With one replicate, luck cannot be told from factors: these are SALib's indices, luck included."
        )
    words = (
        f"Luck makes {found.luck:.0%} of the variance of one run at a random point, and is removed. "
        "Brackets: 95% intervals. Ranks are given as far as intervals allow."
    )
    if advice is None:
        return words
    return (
        f"{words} For total indices to within ±{_HALF_WIDTH:g}: design.n={advice.blocks} "
        f"seeds={advice.replicates} ({advice.runs:,} runs)."
    )


def _morris(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    write_rows(study.store, plan, folder / "rows.parquet")
    design = plan.design
    unit = design.unit.reshape(design.n, -1, len(design.factors))
    names = [factor.name for factor in design.factors]
    groups = [factor.group for factor in design.factors]
    tables = []
    for response, contrast, values, known in _answers(study, plan):
        found = screen(values, unit[known], names, groups, design.levels)
        tables.append(found.table.assign(response=response, contrast=contrast))
        yield _screening_table(f"{response}, {contrast}", found)
        yield Text(_morris_words(found), style="dim")
        yield Text()
    table = pd.concat(tables, ignore_index=True)
    _write(folder, "screening", table)
    matter = {line["factor"] for line in records(table) if line["matters"] is True}
    if chosen := [name for name, group in zip(names, groups, strict=True) if group in matter]:
        _write_next(study, plan, folder, chosen)
        yield Text(
            f"The next step, a Sobol study of those that matter: towngown --config-dir {study.settings.out} "
            "experiment=screened"
        )


def _screening_table(title: str, found: Screening) -> RenderableType:
    table = plain_table(
        f"What {title} may hang on",
        f"{found.trajectories} trajectories, {found.replicates} replicates, {found.runs:,} runs",
        ("Factor", "Matters"),
        ("Effect", "mu*", "sigma", "mu* of luck\nalone"),
    )
    lines = records(found.table.sort_values("effect", ascending=False))
    for line in lines[:_SHOWN]:
        table.add_row(
            str(line["factor"]),
            {True: "yes", False: "no"}.get(line["matters"], "–"),
            f"{line['effect']:.3g} [{line['effect_low']:.3g}, {line['effect_high']:.3g}]",
            *(f"{line[name]:.3g}" for name in ("mu_star", "sigma", "noise")),
        )
    if len(lines) > _SHOWN:
        table.add_row(f"... and {len(lines) - _SHOWN} more in screening.csv")
    return table


def _morris_words(found: Screening) -> str:
    if not found.noise_removed:
        return (
            "With one replicate, luck cannot be told from effects: mu* and sigma are SALib's, luck included."
        )
    n_matter, n = sum(line["matters"] is True for line in records(found.table)), len(found.table)
    return (
        f"{n_matter} of {n} matter: the 95% interval of their effect, luck removed, excludes 0. Effect: root "
        "mean square change of the response over the factor's whole range; mu* and sigma as SALib has them, "
        "luck included."
    )


def _write_next(study: Study, plan: Plan, folder: Path, factors: Sequence[str]) -> None:
    """Write the experiment that comes next: a Sobol study of the factors that matter."""
    given = study.settings.given
    asked = given["design"]["factors"]
    spelt = asked if isinstance(asked, dict) else {}
    content = {
        "job": "sensitivity",
        "policies": given["policies"] or [policy.name for policy in plan.policies],
        "parameters": given["parameters"],
        "responses": list(study.settings.responses),
        "seeds": given["seeds"],
        "design": {
            "kind": "sobol",
            "n": 512,
            "factors": {name: spelt.get(name) for name in factors},
        },
    }
    (folder / "experiment").mkdir()
    head = "# @package _global_\n# A Sobol study of the factors that a screening found to matter.\n"
    write_yaml(folder / "experiment" / "screened.yaml", head, content)


def _write(folder: Path, name: str, table: pd.DataFrame) -> None:
    table.to_parquet(folder / f"{name}.parquet", index=False)
    table.to_csv(folder / f"{name}.csv", index=False)


_ANALYSES = {SOBOL: _sobol, MORRIS: _morris}
JOB = Job(main, needs=(a_design(_ANALYSES, _FEWEST_BLOCKS),))
