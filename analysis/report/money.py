"""The section on money and time: what one more costs, and what is worth its money."""

from collections.abc import Iterator

import pandas as pd

from analysis import words
from analysis.report import phrases
from analysis.report.sentences import Sentence, cells_of
from analysis.report.shown import Section, Table, money, number, with_ends
from analysis.report.source import Source
from analysis.statistics.decision.frontier import ON
from analysis.statistics.decision.verdicts import ADDS
from analysis.tables import AT_EQUAL_MONEY, MAIN_INDICATOR

#: With fewer policies there is no frontier to speak of.
_FEW = 3
_MOSTLY = 0.5
#: Columns of the table of needs: by a partner, by telling others, and all.
_NEEDS = ("needs_met", "needs_met_dissemination", "needs_met_all")
#: What policies ask of people, as the indicators have it: its label in the table, and decimals.
_TIME = {"mean_load_council": 3, "mean_load_researcher": 4, "days_bidding": 0}
_PRICES = (
    "Money is at constant prices, those of the model's price list (about 2022, the year of the review; the "
    "log of assumptions has each), grants included, beyond what is spent without the policy; what is won in "
    "open national competitions, which others pay, is not in it."
)


def section(source: Source) -> Section:
    """What one more partnership or answer costs."""
    costs = source.table("costs")
    if costs.empty:
        return Section("money", "Money and time", missing="It takes a comparison of policies.")
    return Section(
        "money",
        "Money and time: what one more costs",
        sentences=list(_sentences(source)),
        tables=[
            _each(source, costs),
            *_break_even(source),
            *_frontier(source),
            *_returns(costs),
            *_needs(costs),
            *_time(source),
        ],
    )


def _sentences(source: Source) -> Iterator[Sentence]:
    paying = _surely_worth(source)
    if paying:
        text = (
            f"No other policy, and no mix of two, gives as much for as little as "
            f"{phrases.some_of(paying, last='or')}. Of no other that surely adds and costs anything is that "
            "so in most draws of luck; the table of the frontier has all of them."
        )
        cells = cells_of("frontier", paying, "a_year", "added", "place", "frequency")
        yield Sentence("frontier", text, tuple(paying), cells)
    yield from _worth_its_cost(source)
    asked = source.asked
    if asked and len(source.table("discounted")):
        text = (
            f"{_PRICES} The discounted columns let each year count for {100 * asked.discount:g}% less than "
            "the "
            "one before, money and partnerships alike."
        )
        yield Sentence("prices", text)


def _worth_its_cost(source: Source) -> Iterator[Sentence]:
    """What a partnership must be worth for what surely adds some; what is gained, where that is priced."""
    table, verdicts = source.table("break_even"), source.table("verdicts")
    if table.empty or verdicts.empty:
        return
    adds = list(verdicts.loc[verdicts["verdict"] == ADDS, "policy"])
    known = table[table["policy"].isin(adds) & table["breaks_even"].notna()]
    if len(known):
        wide = known.pivot_table(index="policy", columns="optimism", values="breaks_even")
        wide = wide.sort_values(0.0).head(_FEW)
        told = [f"{phrases.called(str(name))} at {words.pounds(line[0.0])}" for name, line in wide.iterrows()]
        dearer = wide.iloc[0]
        text = (
            "Of what surely adds, these break even soonest, if a long-term partnership kept up for a year is "
            f"worth so much: {phrases.listed(told)}. Should costs turn out 20% or 40% higher, it "
            f"takes {words.pounds(dearer[0.2])} or {words.pounds(dearer[0.4])} for the first of them."
        )
        cells = cells_of("break_even", [str(name) for name in wide.index], "optimism", "breaks_even")
        yield Sentence("breaks_even", text, tuple(map(str, wide.index)), cells)
    yield from _gains(source, table)


def _gains(source: Source, table: pd.DataFrame) -> Iterator[Sentence]:
    """What is surely gained at the worth that was declared, even if costs turn out higher."""
    worth = source.asked.worth if source.asked else None
    if not worth:
        return
    lines = table[table["optimism"] == 0].sort_values("net", ascending=False)
    gaining = lines[lines["net_low"] > 0]
    dear = table[table["optimism"] == table["optimism"].max()]
    still = set(dear.loc[dear["net_low"] > 0, "policy"])
    told = [
        f"{phrases.called(line['policy'])} {words.pounds(line['net'])} "
        f"({words.pounds(line['net_low'])} to {words.pounds(line['net_high'])})"
        f"{'' if line['policy'] in still else ', but not surely if costs turn out 40% higher'}"
        for line in gaining.head(_FEW).to_dict("records")
    ]
    text = f"At {words.sum_of(worth)} for a long-term partnership kept up for a year, " + (
        f"these gain most a year after their costs: {'; '.join(told)}." if told else "none surely gains."
    )
    names = list(gaining["policy"].head(_FEW))
    cells = cells_of("break_even", names or list(lines["policy"]), "optimism", "net", "net_low", "net_high")
    yield Sentence("gains", text, tuple(names), cells)


def _break_even(source: Source) -> Iterator[Table]:
    """Break-even of every policy, at costs as they are thought to be and higher."""
    table = source.table("break_even")
    if table.empty:
        return
    is_priced = bool(table["net"].notna().any())
    parts = [part.set_index("policy") for _, part in table.groupby("optimism")]
    first = parts[0].sort_values("breaks_even", na_position="last", kind="stable")
    lines = [
        (
            phrases.called(str(policy)),
            money(line["breaks_even"]),
            f"{money(line['breaks_even_low'])} to {money(line['breaks_even_high'])}"
            if line["breaks_even_low"] > 0
            else "–",
            *(money(part.loc[policy, "breaks_even"]) for part in parts[1:]),
            *((_span(line, "net"), number(line["ratio"], 2)) if is_priced else ()),
        )
        for policy, line in first.iterrows()
    ]
    head = (
        "Policy", "Breaks even at", "95% interval", "Costs 20% higher", "Costs 40% higher",
        *(("Gain a year (95%)", "Benefit by cost") if is_priced else ()),
    )  # fmt: skip
    note = (
        "What a long-term partnership, kept up for a year, must be worth for the policy to be worth its "
        "cost, if nothing else that it does counts. A dash: nothing was added on average, or paid. "
        + (
            "Gain: at the worth that was declared."
            if is_priced
            else "worth=… (£k) sets a worth against costs."
        )
    )
    yield Table("What a partnership must be worth", head, lines, "break_even.csv", note=note)


def _span(line: pd.Series, name: str) -> str:
    return f"{money(line[name])} ({money(line[f'{name}_low'])} to {money(line[f'{name}_high'])})"


def _surely_worth(source: Source) -> list[str]:
    """Policies that cost more, surely add, and stand on the frontier in most resamples of luck."""
    frontier, verdicts = source.table("frontier"), source.table("verdicts")
    if len(frontier) <= _FEW or verdicts.empty:
        return []
    adds = set(verdicts.loc[verdicts["verdict"] == ADDS, "policy"])
    is_on = (frontier["place"] == ON) & (frontier["a_year"] > 0) & (frontier["frequency"] > _MOSTLY)
    return [name for name in frontier.loc[is_on, "policy"] if name in adds]


def _each(source: Source, costs: pd.DataFrame) -> Table:
    main = costs[costs["outcome"] == MAIN_INDICATOR]
    discounted = source.table("discounted")
    later = (
        discounted[discounted["outcome"] == "strategic"].set_index("policy")["each"]
        if len(discounted)
        else pd.Series(dtype=float)
    )
    lines = [
        (
            phrases.called(line["policy"]),
            money(line["a_year"]),
            with_ends(line["added"], line["added_low"], line["added_high"]),
            money(line["each"]),
            f"{money(line['each_low'])} to {money(line['each_high'])}" if line["each_low"] > 0 else "–",
            money(float(later.get(line["policy"], float("nan")))),
        )
        for line in _by_price(main)
    ]
    head = (
        "Policy", "Extra cost a year", "Partnerships added (95%)", "Each, for a year", "95% interval",
        "Each, discounted (luck left in)",
    )  # fmt: skip
    note = (
        "Extra cost by extra long-term partnerships on the same luck: what the addition costs, not the "
        "average of "
        "all there are. Intervals by Fieller's theorem, each for its policy alone; no limit: nothing may "
        "have "
        "been added. A dash: nothing was added on average, or nothing was paid."
    )
    return Table("What one more long-term partnership costs", head, lines, "costs.csv", True, note)


def _by_price(costs: pd.DataFrame) -> list[dict]:
    return costs.sort_values("each", na_position="last", kind="stable").to_dict("records")


def _frontier(source: Source) -> Iterator[Table]:
    frontier = source.table("frontier")
    if frontier.empty:
        return
    lines = [
        (
            phrases.called(line["policy"]),
            money(line["a_year"]),
            number(line["added"], sign=True),
            line["place"],
            ", ".join(phrases.called(name) for name in filter(None, str(line["by"]).split(", "))) or "–",
            money(line["step"]),
            f"{100 * line['frequency']:.0f}%",
        )
        for line in frontier.to_dict("records")
    ]
    head = (
        "Policy",
        "Extra cost a year",
        "Added",
        "Place",
        "By, or after",
        "Cost of the step",
        "How often there",
    )
    note = (
        "On the frontier: nothing else, and no mix of two others, gives as much for as little. Step: what "
        "one more "
        "partnership-year costs when going on from the one before. How often: share of resamples of luck in "
        "which it is on the frontier."
    )
    yield Table("The frontier of cost and effect", head, lines, "frontier.csv", note=note)


def _returns(costs: pd.DataFrame) -> Iterator[Table]:
    """What more of the same lever gives, where a policy is there at two intensities."""
    main = costs[costs["outcome"] == MAIN_INDICATOR].set_index("policy")
    lines = []
    for policy in main.index:
        if (other := policy + AT_EQUAL_MONEY) not in main.index:
            continue
        less, more = sorted((main.loc[policy], main.loc[other]), key=lambda line: line["a_year"])
        if more["a_year"] - less["a_year"] < 1:
            continue
        step = (
            (more["a_year"] - less["a_year"]) / gain
            if (gain := more["added"] - less["added"]) > 0
            else float("nan")
        )
        lines.append((phrases.named(policy), *_at(less), *_at(more), money(step)))
    if lines:
        head = ("Policy", "Extra cost a year", "Added", "Extra cost a year", "Added", "Each further one")
        yield Table("More of the same: each policy at two sums", head, lines, "costs.csv")


def _at(line: pd.Series) -> tuple[str, str]:
    return money(line["a_year"]), number(line["added"], sign=True)


def _needs(costs: pd.DataFrame) -> Iterator[Table]:
    """Councils' questions: a policy that moves them from partners to dissemination has lost none."""
    parts = {name: costs[costs["outcome"] == name].set_index("policy") for name in _NEEDS}
    total = parts["needs_met_all"]
    if total.empty:
        return
    lines = [
        (
            phrases.called(str(policy)),
            *(
                with_ends(
                    *(part.loc[policy, each] for each in ("added", "added_low", "added_high")), places=1
                )
                if policy in part.index
                else "–"
                for part in parts.values()
            ),
            money(total.loc[policy, "each"]),
            f"{money(total.loc[policy, 'each_low'])} to {money(total.loc[policy, 'each_high'])}"
            if total.loc[policy, "each_low"] > 0
            else "–",
        )
        for policy in total.sort_values("added", ascending=False, kind="stable").index
    ]
    head = (
        "Policy", "By a partner, a year", "By telling others, a year", "All together, a year",
        "Cost of one more", "95% interval",
    )  # fmt: skip
    note = "All together also counts what a first look of a would-be partner answered."
    yield Table("Councils' questions answered by research", head, lines, "costs.csv", note=note)


def _time(source: Source) -> Iterator[Table]:
    """What policies ask of both sides' time."""
    effects = source.table("effects")
    names = {name: places for name, places in _TIME.items() if _of(effects, name) is not None}
    if not names:
        return
    parts = {name: _of(effects, name) for name in names}
    policies = list(next(iter(parts.values())).index)
    lines = [
        (
            phrases.called(policy),
            *(
                with_ends(*(part.loc[policy, each] for each in ("effect", "low", "high")), places=names[name])
                for name, part in parts.items()
            ),
        )
        for policy in policies
    ]
    head = (
        "Policy",
        *(f"{source.columns.label(name)}, {source.columns.unit(name)}" for name in parts),
    )
    yield Table("What it asks of people's time", head, lines, "effects.csv")


def _of(effects: pd.DataFrame, name: str) -> pd.DataFrame | None:
    found = effects[effects["indicator"] == name] if len(effects) else effects
    return found.set_index("policy") if len(found) else None
