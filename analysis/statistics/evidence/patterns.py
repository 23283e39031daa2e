"""Patterns: what a run says of things that are known of the world; each statistic is a function here.

Those of `OF_ROWS` take the indicators of any number of runs at once, as the store keeps them; those of
`OF_STORIES` one run's whole story. What they are compared with, and how: `analysis.statistics.evidence.fits`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

MONTHS = 12
#: A council's partnerships in so many months say whether it has any; those so old have lasted.
_FIVE_YEARS, _THREE_YEARS = 60, 36
#: km: beside each other; and as far as rates by distance are averaged.
_BESIDE, _FAR = 25.0, 400.0
#: Months in which an urgent question must be answered; events that answer one.
_URGENT, _ANSWERS = 3, ("finding_met", "first_answer")
_ACTIVE, _OVER = ("project", "strategic"), ("dormant", "gone")


# --- of indicators ----------------------------------------------------------------------------------------


def strategic_share(rows: Any, years: float) -> Any:
    """Share of partnerships at a time that are strategic."""
    return rows["mean_strategic"] / (rows["mean_strategic"] + rows["mean_project"])


def strategic_exits(rows: Any, years: float) -> Any:
    """Strategic partnerships that end in a year, of those there are."""
    return rows["lost_strategic"] / (rows["mean_strategic"] * years)


def exit_ratio(rows: Any, years: float) -> Any:
    """How often strategic partnerships end, against transactional ones."""
    return strategic_exits(rows, years) / (rows["ended_project"] / (rows["mean_project"] * years))


def project_life(rows: Any, years: float) -> Any:
    """Years that a project lasts, by Little's law: those at a time over those begun in a year."""
    return rows["mean_project"] * years / _starts(rows)


def _starts(measures: Any) -> Any:
    """Projects begun, whatever pays for them."""
    return sum(measures[name] for name in measures if name.startswith("starts_"))


def direct_share(rows: Any, years: float) -> Any:
    """Share of ties that begin with direct contact or a previous tie."""
    return (rows["formed_council_search"] + rows["formed_outreach"] + rows["formed_repeat"]) / rows["formed"]


def mediated_share(rows: Any, years: float) -> Any:
    """Share of ties that begin at an event or by introduction."""
    return (rows["formed_event"] + rows["formed_introduction"]) / rows["formed"]


def bids_lost(rows: Any, years: float) -> Any:
    """Share of bids that fail, those to open competitions included."""
    return 1.0 - (rows["awards"] + rows["awards_open"]) / (rows["bids"] + rows["bids_open"])


def days_an_award(rows: Any, years: float) -> Any:
    """Days that researchers spend on the funder's calls for one award."""
    return rows["days_on_calls"] / rows["awards"]


def bids_a_year(rows: Any, years: float) -> Any:
    """Bids to the funder in a year: outlines under two stages."""
    return rows["bids"] / years


def requests_a_year(rows: Any, years: float) -> Any:
    """Requests that the matchmaker looked into in a year."""
    return rows["requests"] / years


OF_ROWS: Mapping[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        strategic_share, strategic_exits, exit_ratio, project_life, direct_share, mediated_share, bids_lost,
        days_an_award, bids_a_year, requests_a_year,
    )
}  # fmt: skip


# --- of stories -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Story:
    """All that one run tells.

    Attributes:
        indicators: of the horizon, by name.
        months: a line a month of the horizon, a column a measure.
        histories: a line an event, in order: `tie`, `council`, `university` (rows), `month` (those before
            the horizon are negative), `event`, and `stage` afterwards.
        councils: a line a council: `place`, `people`, and its `kind`, empty if it is not known.
        universities: a line a university: `place`, `staff`, and `role`: whether it has a dedicated one.
        structured: whether the two share a strategic structure [councils, universities].
        distance: km [councils, universities].
    """

    indicators: Mapping[str, float]
    months: pd.DataFrame
    histories: pd.DataFrame
    councils: pd.DataFrame
    universities: pd.DataFrame
    structured: np.ndarray
    distance: np.ndarray

    @property
    def horizon(self) -> int:
        """Its months."""
        return len(self.months)

    @property
    def years(self) -> float:
        """Length of the horizon."""
        return self.horizon / MONTHS

    @cached_property
    def partnerships(self) -> pd.DataFrame:
        """As `partnerships_of`."""
        return partnerships_of(self.histories)

    @cached_property
    def is_local(self) -> np.ndarray:
        """Whether council and university share a place [councils, universities]."""
        return np.equal.outer(self.councils["place"].to_numpy(), self.universities["place"].to_numpy())

    @cached_property
    def has_tie(self) -> np.ndarray:
        """Whether the two had a partnership in the horizon [councils, universities]."""
        lasting = self.partnerships[_until(self.partnerships["end"]) > 0]
        found = np.zeros(self.distance.shape, bool)
        found[lasting["council"], lasting["university"]] = True
        return found


def partnerships_of(histories: pd.DataFrame) -> pd.DataFrame:
    """Partnerships, from the events in the lives of ties.

    Returns:
        A line a partnership: `tie`, `council`, `university`; `met`: number of the tie's meeting before it;
        `origin`: the event by which that took place; `began`: the event with which it began; `start`; and
        the months in which it became `strategic` and came to its `end`, missing where neither happened.
    """
    lives = histories.sort_values("tie", kind="stable", ignore_index=True)
    tie, is_meeting = lives["tie"], lives["event"].str.startswith("formed_") | (lives["event"] == "initial")
    active = lives["stage"].isin(_ACTIVE)
    before = active.groupby(tie).shift(fill_value=False)
    lives = lives.assign(
        met=is_meeting.groupby(tie).cumsum(),
        origin=lives["event"].where(is_meeting).groupby(tie).ffill(),
        spell=(active & ~before).cumsum(),
    )
    named = {"event": "began", "month": "start"}
    columns = ["spell", "tie", "council", "university", "met", "origin", *named]
    found = lives.loc[active & ~before, columns].rename(columns=named).set_index("spell")
    strategic = lives[lives["stage"] == "strategic"].groupby("spell")["month"].first()
    end = lives[~active & before].groupby("spell")["month"].first()
    return found.assign(strategic=strategic.astype(float), end=end.astype(float)).reset_index(drop=True)


def _until(months: pd.Series) -> pd.Series:
    """Months in which something came to its end; never, where it did not."""
    return months.fillna(np.inf)


def _begun(story: Story) -> pd.DataFrame:
    """Partnerships that began in the horizon."""
    return story.partnerships[story.partnerships["start"] >= 0]


def starts_follow_money(story: Story) -> float:
    """Correlation of projects begun in a month with the money awarded as long before as grants take."""
    lag = int(np.nan_to_num(_months_between(story.histories, "awarded", "started_grant").median()))
    months = story.months.iloc[: len(story.months) - lag]
    starts = _starts(story.months).to_numpy()[lag:]
    money = (months["grants_paid"] + months["grants_open"]).to_numpy()
    if min(len(money), len(np.unique(money)), len(np.unique(starts))) < 2:
        return np.nan
    return float(np.corrcoef(money, starts)[0, 1])


def money_lag(story: Story) -> float:
    """Months from a bid to the start of the project that it won, on average."""
    return float(_months_between(story.histories, "bid", "started_grant").mean())


def _months_between(histories: pd.DataFrame, first: str, then: str) -> pd.Series:
    """Months from the latest event of one kind to each of another in the life of the same tie."""
    since = histories["month"].where(histories["event"] == first).groupby(histories["tie"]).ffill()
    return (histories["month"] - since)[histories["event"] == then].dropna()


def urgent_by_grants(story: Story) -> float:
    """Of questions answered within three months of being taken up, those that a grant won since answered.

    A question that has less than three months to run can only be answered within three. It is taken up at
    a meeting, or later by a partnership without one.
    """
    lives = story.histories
    event, tie, month = lives["event"], lives["tie"], lives["month"]
    takes_up = event.str.startswith("formed_") | (event == "claimed")
    taken_up = month.where(takes_up).groupby(tie).ffill()
    started = month.where(event == "started_grant").groupby(tie).ffill()
    urgent = event.isin(_ANSWERS) & (month >= 0) & (month - taken_up < _URGENT)
    return _mean((started[urgent] > taken_up[urgent]).to_numpy())


def supported_ratio(story: Story) -> float:
    """Share of partnerships with a dedicated role or a structure: of those that lasted, against all begun."""
    begun = _begun(story)
    council, university = begun["council"].to_numpy(), begun["university"].to_numpy()
    supported = story.universities["role"].to_numpy()[university] | story.structured[council, university]
    age = np.minimum(_until(begun["end"]), story.horizon) - begun["start"]
    return _ratio(_mean(supported[age > _THREE_YEARS]), _mean(supported))


def council_incidence(story: Story) -> float:
    """Share of councils with any partnership in the last five years."""
    lasting = story.partnerships[_until(story.partnerships["end"]) > story.horizon - _FIVE_YEARS]
    return lasting["council"].nunique() / len(story.councils)


def city_starts(story: Story) -> float:
    """Projects begun in a year between a large council and the large university beside it."""
    return float((_of_city(story)["start"] >= 0).sum() / story.years) if _city(story) else np.nan


def city_live(story: Story) -> float:
    """Projects at a time between a large council and the large university beside it."""
    if not _city(story):
        return np.nan
    projects = _of_city(story)
    end = _until(projects[["strategic", "end"]].min(axis=1)).clip(0, story.horizon)
    return float((end - projects["start"].clip(0, story.horizon)).sum() / story.horizon)


def _of_city(story: Story) -> pd.DataFrame:
    found, (council, university) = story.partnerships, _city(story) or (-1, -1)
    return found[(found["council"] == council) & (found["university"] == university)]


def _city(story: Story) -> tuple[int, int] | None:
    """The council and university within 25 km of each other of the most people times staff."""
    weight = np.outer(story.councils["people"], story.universities["staff"]) * (story.distance < _BESIDE)
    council, university = np.unravel_index(weight.argmax(), weight.shape)
    return (int(council), int(university)) if weight.any() else None


def live_after_grant(story: Story, months: int) -> float:
    """Share of ties that are live so many months after the project on a grant came to its end."""
    begun = _begun(story).query("began == 'started_grant'")
    over = begun[["strategic", "end"]].min(axis=1)
    known = over + months < story.horizon
    return _mean(_is_live(story.histories, begun["tie"][known], over[known] + months))


def _is_live(histories: pd.DataFrame, ties: pd.Series, months: pd.Series) -> np.ndarray:
    """Whether ties are live at the end of some months."""
    asked = pd.DataFrame({"month": months.astype("int64"), "tie": ties}).sort_values("month")
    told = histories[["month", "tie", "stage"]].astype({"month": "int64"})
    found = pd.merge_asof(asked, told, on="month", by="tie")
    return ~found["stage"].isin(_OVER).to_numpy()


def introduced_projects(story: Story) -> float:
    """Share of introductions that lead to a project."""
    return _ratio(_introduced(story), story.indicators["introductions"])


def introduced_a_year(story: Story) -> float:
    """First projects after an introduction, in a year."""
    return _introduced(story) / story.years if story.indicators["introductions"] else np.nan


def _introduced(story: Story) -> int:
    begun = _begun(story).query("origin == 'formed_introduction'")
    return len(begun.drop_duplicates(["tie", "met"]))


def joint_applications(story: Story, months: int) -> float:
    """Pairs that bid together in the first so many months of the horizon."""
    bids = story.histories.query("event == 'bid' and 0 <= month < @months")
    return float(bids["tie"].nunique())


def new_relations(story: Story, months: int) -> float:
    """Of pairs that wait for a first project as the horizon begins, those that have begun one by a month."""
    begun = _begun(story).query("start < @months")
    return float(begun["tie"][begun["tie"].isin(_waiting(story))].nunique())


def still_together(story: Story, months: int) -> float:
    """Of the same pairs, those that are partners at the end of a month."""
    begun = _begun(story)
    begun = begun[begun["tie"].isin(_waiting(story)) & (begun["start"] <= months)]
    return float(begun["tie"][_until(begun["end"]) > months].nunique())


def _waiting(story: Story) -> pd.Index:
    """Ties that are ready for a project as the horizon begins, and have had none."""
    before = story.histories.query("month < 0")
    stage = before.groupby("tie")["stage"].last()
    worked = before["tie"][before["stage"].isin(_ACTIVE)]
    return stage.index[(stage == "ready") & ~stage.index.isin(worked)]


def tie_rate(story: Story, near: float, far: float) -> float:
    """Share of pairs within a band of distance that have a tie, against that of all within 400 km."""
    within = story.has_tie[(near <= story.distance) & (story.distance < far)]
    return _ratio(_mean(within), _mean(story.has_tie[story.distance < _FAR]))


def local_ties(story: Story) -> float:
    """Share of ties between council and university that are within one place."""
    return _mean(story.is_local[story.has_tie])


def local_strategic(story: Story) -> float:
    """Share of strategic partnerships that are within one place."""
    strategic = story.partnerships.dropna(subset="strategic")
    strategic = strategic[_until(strategic["end"]) > 0]
    return _mean(story.is_local[strategic["council"], strategic["university"]])


def councils_with_ties(story: Story) -> float:
    """Share of councils that had a tie in the horizon."""
    return _mean(story.has_tie.any(axis=1))


def councils_of_kind_with_ties(story: Story, kind: str) -> float:
    """Share of councils of a kind that had a tie in the horizon."""
    return _mean(story.has_tie.any(axis=1)[story.councils["kind"] == kind])


def ties_by_people(story: Story) -> float:
    """Rank correlation of councils' numbers of ties with their populations."""
    return _ranked(story.has_tie.sum(axis=1), story.councils["people"])


def ties_by_staff(story: Story) -> float:
    """Rank correlation of universities' numbers of ties with their staff."""
    return _ranked(story.has_tie.sum(axis=0), story.universities["staff"])


def _ranked(one: Any, other: Any) -> float:
    if min(len(np.unique(one)), len(np.unique(other))) < 2:
        return np.nan
    return float(stats.spearmanr(one, other).statistic)


def council_mean(story: Story, months: float, strategic: float) -> float:
    """Partnerships that a council has at a time in the first months of the horizon, mean over councils."""
    return float(_by_council(story, months, strategic)[0].mean())


def council_variance(story: Story, months: float, strategic: float) -> float:
    """Variance of the same between councils, once what each had at the beginning is taken out by a line."""
    level, before = _by_council(story, months, strategic)
    varies = bool(np.ptp(before))
    slope = np.cov(before, level)[0, 1] / before.var(ddof=1) if varies else 0.0
    rest = level - level.mean() - slope * (before - before.mean())
    return float((rest**2).sum() / (len(level) - 1 - varies))


def _by_council(story: Story, months: float, strategic: float) -> tuple[np.ndarray, np.ndarray]:
    """Of each council: partnerships at a time in the first months, and how many it had at their beginning."""
    found, n = story.partnerships, len(story.councils)
    start = found["strategic"] if strategic else found["start"]
    lasted = (_until(found["end"]).clip(0, months) - _until(start).clip(0, months)).clip(lower=0)
    live = (start < 0) & (_until(found["end"]) > 0)
    level, before = (np.bincount(found["council"], each, n) for each in (lasted, live))
    return level / months, before


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else np.nan


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else np.nan


OF_STORIES: Mapping[str, Callable[..., float]] = {
    each.__name__: each
    for each in (
        starts_follow_money, money_lag, urgent_by_grants, supported_ratio, council_incidence, city_starts,
        city_live,
        live_after_grant, introduced_projects, introduced_a_year, joint_applications, new_relations,
        still_together, tie_rate, local_ties, local_strategic,
        councils_with_ties, councils_of_kind_with_ties, ties_by_people, ties_by_staff, council_mean,
        council_variance,
    )
}  # fmt: skip
