"""The section on a pilot's design: what a trial of each policy could see."""

from collections.abc import Iterator

import pandas as pd

from analysis import words
from analysis.report import phrases
from analysis.report.sentences import Sentence, cells_of
from analysis.report.shown import Section, Table, number, with_ends
from analysis.report.source import Source

_COUNTED = {"strategic": "long-term partnerships", "all": "partnerships of either kind"}


def section(source: Source) -> Iterator[Section]:
    """What a trial could see; nothing where none was asked about."""
    table = source.table("pilot")
    if table.empty:
        return
    power = source.asked.pilot.power if source.asked and source.asked.pilot else 0.8
    sentences = list(sentences_of(table, power))
    yield Section("answer", "The answer: what a trial could see", sentences, tables=[_table(table, power)])


def sentences_of(table: pd.DataFrame, power: float) -> Iterator[Sentence]:
    """What is said of the longest and largest trial of each policy, and of how many councils it would take.

    Args:
        table: `pilot`.
        power: with which the smallest effect would be seen.
    """
    months, councils = table["months"].max(), table["councils"].max()
    for policy, lines in table.groupby("policy", sort=False):
        part = lines[(lines["months"] == months) & (lines["councils"] == councils)]
        for line in part.to_dict("records"):
            yield _said(str(policy), line, power)


def _said(policy: str, line: dict, power: float) -> Sentence:
    what = _COUNTED[line["outcome"]]
    name = phrases.called(policy)
    columns = ("months", "councils", "smallest", "effect", "effect_low", "effect_high", "power", "needed")
    head = (
        f"A trial of {name} on half of {line['councils']:,} councils for {line['months']} months would see "
        f"an effect of {number(line['smallest'], 2)} {what} a council or more in {words.percent(power)} of "
        "cases."
    )
    if line["effect_low"] <= 0 <= line["effect_high"]:
        rest = "The model gives none that can be told from luck in that time: do not look for it so."
    else:
        ends = with_ends(*(line[name] for name in ("effect", "effect_low", "effect_high")), sign=True)
        rest = f"The model gives {ends}, which it would see in {words.percent(line['power'])}; " + (
            f"{int(line['needed']):,} councils would see it in {words.percent(power)}."
            if line["needed"] == line["needed"]
            else "no number of councils that exists would do."
        )
    return Sentence(
        "pilot", f"{head} {rest}", (policy,), cells_of("pilot", [policy], *columns, of=line["outcome"])
    )


def _table(table: pd.DataFrame, power: float) -> Table:
    lines = [
        (
            phrases.called(line["policy"]),
            _COUNTED[line["outcome"]],
            str(line["months"]),
            f"{line['councils']:,}",
            with_ends(line["effect"], line["effect_low"], line["effect_high"], places=3),
            number(line["sd"], 2),
            number(line["smallest"], 3),
            words.percent(line["power"]),
            number(line["needed"], 0),
        )
        for line in table.to_dict("records")
    ]
    head = (
        "Policy", "What is counted", "Months", "Councils", "Adds, a council (95%)", "Between councils",
        f"Smallest seen in {words.percent(power)}", "Seen in", "Councils needed",
    )  # fmt: skip
    note = (
        "Half of the councils, by lot, get the policy; what they had at first is taken into account. Between "
        "councils: standard deviation in one run. The one randomised experiment that is known raised a "
        "pair's chance of a joint bid from 0.16% to 0.28% (Boudreau et al. 2017): to see that in 80% of "
        "cases takes some 24,000 pairs a side, so trials that count single pairs need to be large."
    )
    return Table("What a trial could see", head, lines, "pilot.csv", True, note)
