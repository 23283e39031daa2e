"""What a folder says of itself: what was asked (`study.json`), and what each column is (`columns.csv`)."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from analysis import asked as asking
from analysis import studies, tables
from analysis.asked import Asked, EqualMoney, Points
from analysis.dictionary import A_MONTH, OVER_HORIZON, Column, Dictionary, columns_of
from analysis.statistics.evidence import checks
from analysis.studies.values import POSITIONS
from analysis.tables import AT_EQUAL_MONEY, BASELINE, COST, SAMPLE_POINT
from experiments.command.policies import Planned
from experiments.command.settings import Settings
from experiments.design.mechanisms import Mechanisms
from experiments.design.points import BLOCK, Design
from experiments.study.money.solved import Solved
from model.measures import CONTROLS, FLOW, HORIZON, MONTHLY, STOCK, Indicator, moved_by
from model.parameters import LEVERS

_NAMES = {
    "policy": ("", "the policy"),
    "population": ("", "the population"),
    "seed": ("", "names the run's luck; runs of one seed share it"),
}
_ROWS = {
    "point": ("", "number of the point of the design, from 0"),
    "block": ("", "points of one block share their seeds"),
    **_NAMES,
    SAMPLE_POINT: ("", "number of the point of the sample of parameters at which the seed runs, from 0"),
    "row": ("", "name of the run in the store; experiment=replay row=NAME runs it again"),
}
_MONTH = {"month": ("months", "of the horizon, from 0")}
_COMPARED = {
    "policy": ("", "the policy"),
    **_MONTH,
    "indicator": ("", "what is measured in the month"),
    "mean": ("the indicator's", "over seeds"),
    "low": ("the indicator's", "low end of the 95% interval of mean"),
    "high": ("the indicator's", "high end of the 95% interval of mean"),
}
_HISTORIES = {
    "tie": ("", "number of the tie"),
    "council": ("", "row of the council"),
    "researcher": ("", "row of the researcher"),
    "arrived": ("months", "of the horizon in which she or he came; rows serve again, and this tells who"),
    "university": ("", "row of the researcher's university"),
    "month": ("months", "of the horizon, from 0; those before are negative"),
    "event": ("", "what happened (model/ODD.md, section 6)"),
    "stage": ("", "of the tie afterwards; gone if it is no more"),
}
_ASSUMPTIONS = {
    "parameter": ("", "its name; model/ODD.md says where it is used"),
    "value": (
        "the parameter's",
        "that runs took; varied, where points of a design or sample differ in it",
    ),
    "status": ("", "calibrated, source (published), assumed, design; changed: not the model's default"),
    "low": ("the parameter's", "low end of what the evidence leaves open"),
    "high": ("the parameter's", "high end of what the evidence leaves open"),
    "unit": ("", "of value, low and high"),
    "meaning": ("", "in words"),
    "source": ("", "of the default"),
}


def dictionary_of(design: Design, others: Mapping[str, Design] = MappingProxyType({})) -> Dictionary:
    """What every column of every table is that a job may write.

    Args:
        design: of its rows.
        others: of further tables of rows, by name.
    """
    return Dictionary(
        [
            *_of_rows("rows", design),
            *(each for name, other in others.items() for each in _of_rows(name, other)),
            *columns_of("series", _COMPARED),
            *(_of_months(each) for each in MONTHLY.values()),
            *columns_of("histories", _HISTORIES),
            *columns_of("assumptions", _ASSUMPTIONS),
            *_positions(design),
            *columns_of("checks", checks.COLUMNS),
            *studies.COLUMNS,
        ]
    )


def _of_rows(table: str, design: Design) -> Iterator[Column]:
    yield from columns_of(table, _ROWS)
    for factor in design.factors:
        yield Column(table, factor.name, factor.declared.unit, factor.declared.meaning)
    for name, each in HORIZON.items():
        unit = each.unit + OVER_HORIZON * (each.kind == FLOW)
        meaning = f"mean over the horizon of: {each.meaning}" if each.kind == STOCK else each.meaning
        yield Column(table, name, unit, meaning, each.kind, each.better, each.label)
    for each in CONTROLS.values():
        by = ", each by the share of the horizon that was left" if each.lasts else ""
        meaning = f"luck, 0 on average: {each.meaning}, less their probabilities{by}"
        yield Column(table, each.name, "events", meaning)


def _positions(design: Design) -> Iterator[Column]:
    for factor in design.factors:
        meaning = "position of the point in the range of the factor, 0 to 1"
        yield Column(POSITIONS, factor.name, "share of the range", meaning)


def _of_months(each: Indicator) -> Column:
    unit = each.unit + A_MONTH * (each.kind == FLOW)
    return Column("series", each.name, unit, each.meaning, each.kind, each.better, each.label)


def asked_of(
    settings: Settings,
    seeds: range,
    solved: Mapping[str, Solved],
    off: Mechanisms | None = None,
    tried: Mechanisms | None = None,
) -> Asked:
    """What the settings ask, as far as statistics need to know.

    Args:
        settings: the job's.
        seeds: that are there of it.
        solved: policies at equal money, by name.
        off: mechanisms that are switched off in turn, if any.
        tried: those that were in few seeds, to see which of them `off` should be.
    """
    precision, over = settings.precision, settings.posterior
    return Asked(
        job=settings.job,
        policies=[planned.policy.name for planned in settings.policies],
        seeds=(seeds.start, seeds.stop),
        responses=list(settings.responses),
        points=_points_of(settings.design, settings),
        precision=precision
        and asking.Precision(precision.indicator, precision.wanted.half_width, precision.wanted.most),
        equal_money=_equal_money(settings, solved),
        against=settings.against,
        rivals=settings.rivals.names if settings.rivals else (),
        mechanisms=_told(off),
        tried=_told(tried),
        months=months_of(settings),
        smallest_effect=settings.smallest_effect,
        discount=settings.discount,
        worth=settings.worth,
        controls=controls_of(settings),
        meant=settings.ledger.places,
        sampled=len(settings.parameters.sample) if settings.parameters.varied else 0,
        over=over and _points_of(over.design, settings),
        **settings.asks,
    )


def _told(off: Mechanisms | None) -> dict[str, tuple[str, str]]:
    """What each mechanism does, and the world without it, by name."""
    return {each.name: (each.why, each.where) for each in (off.each if off else ())}


def _points_of(design: Design, settings: Settings) -> Points:
    return Points(
        kind=design.kind.name,
        n=design.n,
        size=len(design),
        factors=[factor.name for factor in design.factors],
        groups=[factor.group for factor in design.factors],
        levels=design.levels,
        seeds_apart=BLOCK,
        scrambles=design.scrambles,
        words=[factor.name for factor in design.factors if factor.declared.domain.words],
        limited=dict(_limited(design, settings.policies)),
    )


def controls_of(settings: Settings) -> dict[str, list[str]]:
    """Sums of luck that indicators are freed of, by indicator; none if that is not wanted."""
    return moved_by() if settings.controls else {}


def _equal_money(settings: Settings, solved: Mapping[str, Solved]) -> EqualMoney | None:
    named = any(planned.policy.name.endswith(AT_EQUAL_MONEY) for planned in settings.policies)
    if settings.money is None or not named:  # solved for, or as they were when they had been
        return None
    missed = [name for name, each in solved.items() if each.reason]
    return EqualMoney(settings.money, settings.money * settings.years, missed)


def _limited(design: Design, policies: Sequence[Planned]) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Each price that is varied, and what it can act on: costs, where a lever charged to them is pulled."""
    varied = {factor.name for factor in design.factors}
    for price in sorted(varied):
        costs = {lever.cost for lever in LEVERS.values() if lever.price == price}
        charged = {name for name, lever in LEVERS.items() if lever.cost in costs}
        pulling = [
            planned.policy.name
            for planned in policies
            if charged & {*planned.policy.levers, *(varied if planned.policy.name != BASELINE else ())}
        ]
        if costs:
            yield price, {"responses": sorted({*costs, COST}), "policies": pulling}


def months_of(settings: Settings) -> int:
    """Length of the horizon; 0 where the design varies it."""
    varies = any(factor.name == "horizon" for factor in settings.design.factors)
    return 0 if varies else int(settings.parameters["horizon"])


def write_positions(folder: Path, design: Design) -> None:
    """Write where the points of a design lie in the ranges of its factors."""
    names = [factor.name for factor in design.factors]
    content = pd.DataFrame(np.asarray(design.unit), columns=names)
    tables.write(folder, POSITIONS, content, dictionary_of(design))
