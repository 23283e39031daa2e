"""Groups: reasons that are told together, of questions and of meetings, and the words for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.statistics.ledger.unmet import COUNCIL_TERMS, MEETING, NEED, RESEARCHER_TERMS


@dataclass(frozen=True)
class Group:
    """Reasons that are told together.

    Attributes:
        head: of their column.
        told: after "of 100, so many".
        reasons: their names.
    """

    head: str
    told: str
    reasons: Sequence[str]


@dataclass(frozen=True)
class Kind:
    """What comes to nothing.

    Attributes:
        of: needs or meetings.
        noun: of a hundred of them.
        share: column of the shares that add up to all of them.
        groups: all reasons, each in one of them.
        note: how to read its tables.
    """

    of: str
    noun: str
    share: str
    groups: Sequence[Group]
    note: str


NEEDS = Kind(
    NEED,
    "questions of councils that research does not answer",
    "nowhere",
    (
        Group("Other sources", "are answered by the council's other sources", ("elsewhere",)),
        Group("Nobody met", "bring nobody together", ("council_busy", "nobody_met")),
        Group("No time", "meet only people who have no time, or a tie already", ("no_time", "together")),
        Group("Council refused", "end with a council's refusal", tuple(COUNCIL_TERMS)),
        Group("Researcher refused", "end with a researcher's refusal", tuple(RESEARCHER_TERMS)),
        Group(
            "Exploring", "end while two explore them",
            ("council_starved", "researcher_starved", "faded", "unfinished"),
        ),
        Group("Money", "end while two look for money or wait for it", ("waited", "bid_lost", "not_started")),
        Group(
            "Work", "are not answered in time by partnerships at work on them",
            ("late", "grant_ended", "leaders", "parted"),
        ),
        Group("Left", "lose their researcher", ("left",)),
        Group("Open", "are still open at the end", ("open",)),
    ),
    "Of 100 questions in a history that research does not answer, so many end for each reason; each ends for "
    "one, so they add up to 100. It is the reason of what brought the question furthest.",
)  # fmt: skip
MEETINGS = Kind(
    MEETING,
    "meetings over a question",
    "share",
    (
        Group("Agreed", "lead to two who explore it", ("agreed",)),
        Group("No time", "fail as the researcher has no time", ("no_time",)),
        Group("Together", "as the two are at work together already", ("together",)),
        Group("Council refused", "as the council refuses", tuple(COUNCIL_TERMS)),
        Group("Researcher refused", "as the researcher refuses", tuple(RESEARCHER_TERMS)),
    ),
    "Of 100 meetings in a history, so many end in each way; they add up to 100. Where both refuse, the one "
    "counts who is less willing. What weighs most is what would have won them over soonest, were it "
    "alone the best that it could be.",
)
