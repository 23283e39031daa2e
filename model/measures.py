"""What is measured: each month, over the horizon, and in the life of every tie (ODD 6)."""

import numpy as np

from model.parameters import COSTS

#: State at a month's end; the horizon's mean of each is reported as ``mean_<name>``.
STOCKS = (
    "scoping",
    "ready",
    "project",
    "strategic",
    "dormant",
    "trust_active",
    "load_council",
    "load_researcher",
    "coverage",
    "needs_open",
)
#: What happens in a month; the horizon's sum of each is reported under the same name.
FLOWS = (
    "formed",
    "formed_council_search",
    "formed_outreach",
    "formed_repeat",
    "formed_event",
    "formed_introduction",
    "starts_grant",
    "starts_inkind",
    "embedded",
    "lost_strategic",
    "ended_project",
    "bids",
    "awards",
    "days_bidding",
    "needs_raised",
    "needs_met",
    "needs_met_dissemination",
    "needs_met_elsewhere",
    "needs_expired",
    "findings",
    "findings_timely",
    "value",
    "fresh_perspective",
    "evidence_asset",
    "evidence_to_delivery",
    "specialist_application",
    "strategic_opportunity",
    "outside_money",
    "introductions",
    "first_starts",
    "months_waited",
    "grants_paid",
    *COSTS,
    "cost_total",
)
SERIES = STOCKS + FLOWS
MONTH_RECORD = np.dtype((np.record, [(name, "f8") for name in SERIES]))

#: What can happen in the life of a tie. The first six are the origins of model.arrays.ORIGINS.
EVENTS = (
    "formed_council_search",
    "formed_outreach",
    "formed_repeat",
    "formed_event",
    "formed_introduction",
    "initial",
    "ready",
    "lapsed",
    "bid",
    "full_bid",
    "awarded",
    "gave_up",
    "started_grant",
    "started_inkind",
    "claimed",
    "finding_met",
    "finding_late",
    "finding_own",
    "embedded",
    "follow_on",
    "project_ended",
    "strategic_ended",
    "opportunity",
    "departed",
    "handed_over",
    "officer_lost",
    "seconded",
    "forgotten",
)

(
    FORMED_COUNCIL_SEARCH,
    FORMED_OUTREACH,
    FORMED_REPEAT,
    FORMED_EVENT,
    FORMED_INTRODUCTION,
    INITIAL,
    BECAME_READY,
    LAPSED,
    BID,
    FULL_BID,
    AWARDED,
    GAVE_UP,
    STARTED_GRANT,
    STARTED_INKIND,
    CLAIMED,
    FINDING_MET,
    FINDING_LATE,
    FINDING_OWN,
    EMBEDDED,
    FOLLOW_ON,
    PROJECT_ENDED,
    STRATEGIC_ENDED,
    OPPORTUNITY,
    DEPARTED,
    HANDED_OVER,
    OFFICER_LOST,
    SECONDED,
    FORGOTTEN,
) = range(len(EVENTS))


def gini(values: np.ndarray) -> float:
    """Gini coefficient of non-negative values; 0 if there are none or all are 0."""
    total = values.sum()
    if total == 0:
        return 0.0
    n = len(values)
    ranks = np.arange(1, n + 1)
    return float((2 * ranks - n - 1) @ np.sort(values) / (n * total))


#: Indicators that are not a number where they would divide by 0; every other one is finite in every run.
RATIOS = ("success_rate", "timely_share", "months_to_start", "cost_per_strategic_year", "cost_per_need_met")


def ratio(part: float, whole: float) -> float:
    """Part / whole, not a number where whole is 0."""
    return float(part / whole) if whole else float("nan")


def indicators_of(series: np.ndarray, active_months: np.ndarray) -> dict[str, float]:
    """The horizon's indicators.

    Args:
        series: [months of the horizon] of MONTH_RECORD.
        active_months: [councils], active tie-months of each.
    """
    months = len(series)
    by_month = series.view("f8").reshape(months, len(SERIES))  # every column is a float
    sums = dict(zip(SERIES, by_month.sum(axis=0).tolist(), strict=True))
    found = {f"mean_{name}": sums[name] / max(months, 1) for name in STOCKS}
    active = series["project"] + series["strategic"] > 0
    if active.any():  # months without a partnership have no trust to average
        found["mean_trust_active"] = float(series["trust_active"][active].mean())
    found |= {name: sums[name] for name in FLOWS}
    found["gini_active_months"] = gini(active_months)
    found["success_rate"] = ratio(found["awards"], found["bids"])
    found["timely_share"] = ratio(found["findings_timely"], found["findings"])
    found["months_to_start"] = ratio(found.pop("months_waited"), found.pop("first_starts"))
    found["cost_per_strategic_year"] = ratio(found["cost_total"], found["mean_strategic"] * months / 12)
    found["cost_per_need_met"] = ratio(found["cost_total"], found["needs_met"])
    return found


#: Names of the horizon's indicators, in order.
INDICATORS = tuple(indicators_of(np.zeros(1, MONTH_RECORD), np.zeros(1)))
