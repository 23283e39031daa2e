"""The section on time: when an effect comes, what is left of it, and how long partnerships last."""

from collections.abc import Iterator

import pandas as pd

from analysis.report import phrases
from analysis.report.sentences import Sentence, cells_of
from analysis.report.shown import Figure, Section, Table, number, with_ends
from analysis.report.source import Source

_STATE = "strategic"
#: Years after a lever's end that are looked at.
_AFTER = (1, 3, 5)
#: Kinds of partnership, and what several are called.
_KINDS = {"strategic": "long-term partnerships", "project": "projects"}
_NO_END = (
    "No lever of a policy here stops within these years, so nothing is said of what is left when its money "
    "ends: that takes levers with an end, such as joint_posts={value: 4, end: 36}."
)
_TAKES = "It takes a comparison of policies over two years or more."


def section(source: Source, figures: list[Figure]) -> Section:
    """When."""
    by_year = source.table("by_year")
    title = "When: what comes early, what comes late, what is left"
    if by_year.empty or by_year["year"].nunique() < 2:
        return Section("when", title, missing=_TAKES)
    return Section(
        "when",
        title,
        sentences=[*left(source), *_lasting(source)],
        figures=figures,
        tables=[_by_year(by_year), *_survival(source)],
    )


def _by_year(by_year: pd.DataFrame) -> Table:
    lines = by_year[by_year["indicator"] == _STATE]
    wide = lines.pivot_table(index="policy", columns="year", values="effect", sort=False)
    shown = [(phrases.called(str(policy)), *(number(x, sign=True) for x in row)) for policy, row in
             zip(wide.index, wide.to_numpy(), strict=True)]  # fmt: skip
    head = ("Policy", *(f"Year {year}" for year in wide.columns))
    return Table("Long-term partnerships added, year by year", head, shown, "by_year.csv")


def left(source: Source) -> Iterator[Sentence]:
    """What is left of policies of which levers stop within the horizon."""
    by_year = source.table("by_year")
    if by_year.empty:
        return
    lines = by_year[by_year["indicator"] == _STATE].set_index(["policy", "year"])
    years = int(by_year["year"].max())
    ends = _ends(source)
    if source.policies and not ends:
        yield Sentence("left", _NO_END)
    for policy, (end, stopped) in ends.items():
        last = max(-(-end // 12), 1)
        if last >= years or (policy, last) not in lines.index:
            continue
        with_it = "the money" if stopped is None else "that"
        told = [f"{_line(lines, policy, last)} in year {last}, the last with {with_it}"]
        told += [
            f"{_line(lines, policy, last + after)} {_later(after)}"
            for after in _AFTER
            if last + after <= years
        ]
        what = phrases.named(policy) if stopped is None else f"the {stopped} of {phrases.named(policy)}"
        text = f"When {what} stops: long-term partnerships added were {phrases.listed(told)}."
        yield Sentence(
            "left", text, (policy,), cells_of("by_year", [policy], "effect", "low", "high", of=_STATE)
        )


def _later(years: int) -> str:
    return "a year later" if years == 1 else f"{years} years later"


def _line(lines: pd.DataFrame, policy: str, year: int) -> str:
    line = lines.loc[(policy, year)]
    return with_ends(line["effect"], line["low"], line["high"])


def _ends(source: Source) -> dict[str, tuple[int, str | None]]:
    """When the last of a policy's levers stops that do; if others go on, what that one is called."""
    found: dict[str, tuple[int, str | None]] = {}
    for policy in source.policies:
        levers = policy["levers"]
        ends = {name: end for name in levers if isinstance(end := levers[name].get("end"), int)}
        if ends:
            last = max(ends, key=lambda name: ends[name])
            stopped = None if len(ends) == len(levers) else last.replace("_", " ")
            found[policy["name"]] = ends[last], stopped
    return found


def _lasting(source: Source) -> Iterator[Sentence]:
    lasting = source.table("lasting")
    if lasting.empty:
        return
    for kind, called in _KINDS.items():
        lines = lasting[(lasting["kind"] == kind) & lasting["differs"].astype(bool)]
        lines = lines.sort_values("p", kind="stable")
        longer, shorter = (
            list(lines.loc[sign * (lines["expected"] - lines["ended"]) > 0, "policy"]) for sign in (1, -1)
        )
        for names, how in ((longer, "longer"), (shorter, "less long")):
            if names:
                text = (
                    f"The {called} that begin under these last {how} than those that begin without: "
                    f"{phrases.some_of(names)}."
                )
                cells = cells_of("lasting", names, "ended", "expected", "p", "differs", of=kind)
                yield Sentence("lasting", text, tuple(names), cells)


def _survival(source: Source) -> Iterator[Table]:
    lasting = source.table("lasting")
    if lasting.empty:
        return
    lines = [
        (
            phrases.called(line["policy"]),
            _KINDS[line["kind"]],
            number(line["partnerships"], 0),
            number(line["ended"], 0),
            number(line["expected"], 0),
            number(line["median"], 0),
            "–" if line["p"] != line["p"] else "<0.0001" if line["p"] < 1e-4 else f"{line['p']:.4f}",
            "–" if line["p"] != line["p"] else "yes" if line["differs"] else "no",
        )
        for line in lasting.to_dict("records")
    ]
    head = (
        "Policy",
        "Kind",
        "Began",
        "Ended",
        "Expected to end",
        "Half ended after months",
        "p",
        "Told apart",
    )
    note = (
        "Log-rank test against the policy compared with. It takes partnerships of one history for "
        "independent, "
        "which they are not, so p is rather too small. Told apart: at most 5% of such calls are wrong over "
        "all "
        "policies (Benjamini and Hochberg)."
    )
    yield Table("How long partnerships last", head, lines, "lasting.csv", note=note)
