"""The section on how sure all this is: luck, many comparisons, and assumptions."""

from collections.abc import Iterator

from analysis.report import phrases
from analysis.report.sentences import Sentence, cells_of
from analysis.report.shown import Section, Table, number, with_ends
from analysis.report.source import Source
from analysis.tables import MAIN_INDICATOR

_TITLE = "How sure: luck, looking at many, and assumptions"


def section(source: Source) -> Section:
    """How sure."""
    verdicts = source.table("verdicts")
    if verdicts.empty:
        return Section("sure", _TITLE, missing="It takes a comparison of policies.")
    return Section("sure", _TITLE, list(_sentences(source)), tables=[*_verdicts(source), *_best(source)])


def _sentences(source: Source) -> Iterator[Sentence]:
    verdicts = source.table("verdicts")
    n = source.names["seed"].nunique()
    text = (
        f"Each policy was run {n:,} times. A run is one possible history: who meets whom, who moves, whose "
        "bid "
        "wins. The same luck was dealt to every policy, so differences between policies are known far "
        "better than "
        "either level."
    )
    columns: list[str] = []
    if (typical := _typical(source, "seeds_saved")) is not None:
        ratio = with_ends(*(1 + saved / n for saved in typical), places=0, sign=False)
        text += f" Without that, the typical policy would take {ratio} times as many runs."
        columns += _told("seeds_saved")
    if (typical := _typical(source, "controls_saved")) is not None:
        text += (
            " Luck that is known to be nil on average, such as more bids won than their chances came to, is "
            "taken out of differences as well: that is worth "
            f"{with_ends(*typical, places=0, sign=False)} more runs of the typical policy."
        )
        columns += _told("controls_saved")
    yield Sentence("luck", text, cells=cells_of("effects", list(verdicts["policy"])[:1], *columns))
    if len(verdicts) > 1:
        yield Sentence(
            "many",
            f"With {len(verdicts)} comparisons, some would look good by luck alone. So verdicts take "
            "intervals that hold for all policies and main indicators at once in 95 of 100 such studies; "
            "with no effect anywhere, one study in twenty would find one.",
        )
    sampled = source.asked.sampled if source.asked else 0
    if sampled:
        yield Sentence(
            "sampled",
            f"Each history was run at a point of parameter space, of a sample of {sampled:,} (seed s at "
            f"point s mod {sampled}, the same under every policy). So effects are averages over the points "
            "that histories were run at as well as over luck, and intervals say how well the averages are "
            "known: not how far effects differ from point to point.",
        )
    yield Sentence(
        "assumptions",
        "None of this says whether the assumptions hold. Most are assumed, not measured (see the last "
        "section): "
        "towngown experiment=robust runs the policies over their plausible ranges, and says which policy "
        "is good "
        "whatever they are, where the order turns, and which assumption is worth learning first.",
    )


def _typical(source: Source, saved: str) -> tuple[float, float, float] | None:
    """What something saved for the median policy on the answer's indicator, with both ends, if known."""
    effects = source.table("effects")
    if not {"indicator", *_told(saved)} <= set(effects):  # as older versions wrote it
        return None
    known = effects[(effects["indicator"] == MAIN_INDICATOR) & effects[saved].notna()]
    if known.empty:
        return None
    value, low, high = known.sort_values(saved, kind="stable").iloc[(len(known) - 1) // 2][_told(saved)]
    return float(value), float(low), float(high)


def _told(name: str) -> list[str]:
    return [f"{name}{end}" for end in ("", "_low", "_high")]


def _verdicts(source: Source) -> Iterator[Table]:
    lines = [
        (
            phrases.called(line["policy"]),
            with_ends(line["effect"], line["together_low"], line["together_high"]),
            f"{100 * line['share']:+.0f}%".replace("-", "−") if line["share"] == line["share"] else "–",
            line["verdict"],
            {True: "yes", False: "no"}.get(line["may_be_best"], "–"),
            f"{100 * line['ahead']:.0f}%",
        )
        for line in source.table("verdicts").to_dict("records")
    ]
    head = (
        "Policy",
        "Partnerships added (all at once)",
        "Of what is there",
        "Verdict",
        "May be best",
        "Ahead in",
    )
    note = (
        "Ahead: share of histories in which there are more long-term partnerships than under the policy "
        "compared "
        "with, on the same luck. May be best: of policies as designed, or of those at equal money."
    )
    yield Table("What can be said of each policy", head, lines, "verdicts.csv", note=note)


def _best(source: Source) -> Iterator[Table]:
    best = source.table("best")
    if best.empty:
        return
    columns = source.columns
    lines = [
        (
            columns.label(line["indicator"]),
            str(line["among"]),
            phrases.called(line["policy"]),
            number(line["distance"]),
            f"{number(line['distance_low'])} to {number(line['distance_high'])}",
        )
        for line in best[best["may_be_best"].astype(bool)].to_dict("records")
    ]
    head = ("On", "Of policies", "May be the best", "Behind the best seen", "95% interval")
    yield Table("Which may be the best, on each indicator", head, lines, "best.csv")
