"""Reasons: why a need is not met, and why a meeting leads nowhere; one of a list for each (ODD 6)."""

from dataclasses import dataclass

#: Of what reasons are counted: rows of the table.
OF_NEEDS, OF_MEETINGS = 0, 1

# How far a need came: that of the tie that brought it furthest, or of what was done for it without one.
NOT_SOUGHT, APPROACHED, APPRAISED, EXPLORED, FUNDABLE, SUBMITTED, GRANTED, WORKED_ON = range(8)
#: As people read it, in that order.
REACHED = (
    "nobody was met over it",
    "somebody was met",
    "two appraised it",
    "two explored it",
    "two looked for money",
    "two bid",
    "two had a grant",
    "a partnership worked on it",
)


@dataclass(frozen=True)
class Reason:
    """Why a need or a meeting came to nothing; or that it did not.

    Attributes:
        name: as tables have it.
        reached: how far a need came that ends for it; -1 if that differs, or has no part in it.
        meaning: in a few words.
    """

    name: str
    reached: int
    meaning: str


_reasons: list[Reason] = []


def _reason(name: str, reached: int, meaning: str) -> int:
    """Declare a reason; the number by which rules count it."""
    _reasons.append(Reason(name, reached, meaning))
    return len(_reasons) - 1


# fmt: off
COUNCIL_BUSY = _reason("council_busy", NOT_SOUGHT, "nobody was met: the council never had time to look while the need was open")
NOBODY_MET = _reason("nobody_met", NOT_SOUGHT, "nobody was met, though the council had time to look")
NO_TIME = _reason("no_time", APPROACHED, "the researcher met had no time")
TOGETHER = _reason("together", APPROACHED, "the two met had a tie already, over something else")
# The council refused, then the researcher: each term of the appraisal, in the order of `model.appraisal`.
COUNCIL_FIT = _reason("council_fit", APPRAISED, "the council refused, most for want of expertise on the topic")
COUNCIL_DISTANCE = _reason("council_distance", APPRAISED, "the council refused, most as the university is not at home")
COUNCIL_STRANGERS = _reason("council_strangers", APPRAISED, "the council refused, most for want of trust")
COUNCIL_CULTURE = _reason("council_culture", APPRAISED, "the council refused, most for its research culture")
COUNCIL_PACE = _reason("council_pace", APPRAISED, "the council refused, most as the answer would be slow")
COUNCIL_FOCUS = _reason("council_focus", APPRAISED, "the council refused, most for the researcher's global focus")
COUNCIL_LOAD = _reason("council_load", APPRAISED, "the council refused, most as it was busy")
COUNCIL_EVIDENCE = _reason("council_evidence", APPRAISED, "the council refused, most for its other sources of evidence")
RESEARCHER_LEADERS = _reason("researcher_leaders", APPRAISED, "the researcher refused, most for want of commitment of the council's leaders")
RESEARCHER_NETWORK = _reason("researcher_network", APPRAISED, "the researcher refused, most for want of a network to gain")
RESEARCHER_MONEY = _reason("researcher_money", APPRAISED, "the researcher refused, most for want of a prospect of money")
RESEARCHER_ANALYSTS = _reason("researcher_analysts", APPRAISED, "the researcher refused, most for want of analysts to publish with")
RESEARCHER_STRANGERS = _reason("researcher_strangers", APPRAISED, "the researcher refused, most for want of trust")
RESEARCHER_FOCUS = _reason("researcher_focus", APPRAISED, "the researcher refused, most for a global focus")
RESEARCHER_LOAD = _reason("researcher_load", APPRAISED, "the researcher refused, most as too busy")
RESEARCHER_UNFAMILIAR = _reason("researcher_unfamiliar", APPRAISED, "the researcher refused, most for knowing little of local government")
COUNCIL_STARVED = _reason("council_starved", EXPLORED, "exploring it starved of the council's time")
RESEARCHER_STARVED = _reason("researcher_starved", EXPLORED, "exploring it starved of the researcher's time")
FADED = _reason("faded", EXPLORED, "the two lost interest while exploring it")
UNFINISHED = _reason("unfinished", EXPLORED, "exploring it took longer than the window, with all the time it asked for")
WAITED = _reason("waited", FUNDABLE, "the two looked for money in vain: no call, no bid, or none decided yet")
BID_LOST = _reason("bid_lost", SUBMITTED, "their bid lost")
NOT_STARTED = _reason("not_started", GRANTED, "a grant was won, and had not started")
LATE = _reason("late", WORKED_ON, "a partnership at work on it came too late")
GRANT_ENDED = _reason("grant_ended", WORKED_ON, "the project at work on it ended without an answer")
LEADERS = _reason("leaders", WORKED_ON, "a strategic partnership at work on it ended, most for weak leadership")
PARTED = _reason("parted", WORKED_ON, "a strategic partnership at work on it ended, otherwise")
LEFT = _reason("left", -1, "the researcher left, the tie that had brought it furthest with her or him")
ELSEWHERE = _reason("elsewhere", -1, "the council's other sources answered it")
OPEN = _reason("open", -1, "it is still open at the end")
MET = _reason("met", -1, "research answered it: what does not come to nothing")
AGREED = _reason("agreed", -1, "both agreed: the meeting that does not lead nowhere")
# fmt: on
#: All of them, by number.
REASONS = tuple(_reasons)
#: Their names.
NAMES = tuple(each.name for each in REASONS)
#: Those that a meeting may end with.
OF_A_MEETING = (AGREED, *range(NO_TIME, RESEARCHER_UNFAMILIAR + 1))
#: Those that a need may expire for, and all that it may end with.
OF_AN_EXPIRED = tuple(range(LEFT + 1))
OF_A_NEED = (*OF_AN_EXPIRED, ELSEWHERE, OPEN, MET)
