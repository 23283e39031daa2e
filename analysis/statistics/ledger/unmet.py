"""Unmet: why needs are not met and meetings lead nowhere, one reason for each, so that they add up to all."""

import pandas as pd

from analysis.dictionary import spanned
from analysis.statistics.ledger.councils import FOLLOWED
from analysis.statistics.ledger.meetings import Tallies, by_run, tallied

NEED, MEETING = "need", "meeting"
#: What weighs most with a council that refuses, and with a researcher who does.
COUNCIL_TERMS = {
    "council_fit": "want of expertise on the topic",
    "council_distance": "a university that is not at home",
    "council_strangers": "being strangers",
    "council_culture": "a culture far from research",
    "council_pace": "answers slower than it can wait",
    "council_focus": "the researcher's global focus",
    "council_load": "its own work",
    "council_evidence": "its other sources of evidence",
}
RESEARCHER_TERMS = {
    "researcher_leaders": "want of commitment of the council's leaders",
    "researcher_network": "want of a network to gain",
    "researcher_money": "want of a prospect of money",
    "researcher_analysts": "want of analysts to publish with",
    "researcher_strangers": "being strangers",
    "researcher_focus": "a global focus",
    "researcher_load": "other work",
    "researcher_unfamiliar": "knowing little of local government",
}
#: What each reason is, by name, in the order in which the model declares them.
LABELS = {
    "council_busy": "nobody was met: the council had no time to look",
    "nobody_met": "nobody was met, though the council had time to look",
    "no_time": "the researcher met had no time",
    "together": "the two met were at work together already",
    **{name: f"the council refused, most for {term}" for name, term in COUNCIL_TERMS.items()},
    **{name: f"the researcher refused, most for {term}" for name, term in RESEARCHER_TERMS.items()},
    "council_starved": "exploring it starved of the council's time",
    "researcher_starved": "exploring it starved of the researcher's time",
    "faded": "the two lost interest while exploring it",
    "unfinished": "exploring it took too long",
    "waited": "the two looked for money: no call, no bid, or none decided",
    "bid_lost": "the bid lost",
    "not_started": "a grant was won, and had not started",
    "late": "a partnership at work on it came too late",
    "grant_ended": "the project at work on it ended",
    "leaders": "the strategic partnership at work on it ended, most for weak leaders",
    "parted": "the strategic partnership at work on it ended otherwise",
    "left": "the researcher left",
    "elsewhere": "the council's other sources answered it",
    "open": "still open at the end",
    "met": "research answered it",
    "agreed": "both agreed to explore it",
}
#: What does not come to nothing.
SUCCESS = {NEED: "met", MEETING: "agreed"}
_OF_MEETINGS = ("no_time", "together", *COUNCIL_TERMS, *RESEARCHER_TERMS, "agreed")
#: Reasons of needs and of meetings.
REASONS = {NEED: tuple(name for name in LABELS if name != "agreed"), MEETING: _OF_MEETINGS}
_LISTED = "; ".join(f"{name}: {label}" for name, label in LABELS.items())
_OF = ("", "what comes to nothing: need, or meeting")
#: What each column of the table is that lines are made of.
UNMET = {
    **{name: FOLLOWED[name] for name in ("policy", "seed", "council")},
    "of": _OF,
    "reason": ("", f"of how far the need came that came furthest, the latest: {_LISTED}"),
    "times": ("needs or meetings", "that end so in the horizon, or are open at its end"),
}
#: What each column of the table of reasons is.
COLUMNS = {
    **{name: FOLLOWED[name] for name in ("policy",)},
    "by": ("", "all, or by which the councils of the group are alike: place or kind"),
    "group": ("", "which place or kind"),
    "of": _OF,
    "reason": UNMET["reason"],
    "n": ("seeds", "on which runs were followed"),
    **spanned("times", "needs or meetings", "a run, over the horizon"),
    **spanned("more", "needs or meetings", "beyond those without the policy, on the same seeds"),
    "share": ("share", "of the needs that ended or were open at the end, or of the meetings"),
    "of_more": ("share", "of those beyond those without the policy; missing if there are none"),
    "nowhere": ("share", "of those that come to nothing; missing for those that do not"),
}


def why_not(unmet: pd.DataFrame, councils: pd.DataFrame, against: str) -> pd.DataFrame:
    """Why needs are not met and meetings lead nowhere: a line a policy, group and reason.

    Args:
        unmet: a line a policy, seed, council and reason (columns UNMET). What does not happen may be left
            out, but not all of a run.
        councils: a line a council, in order.
        against: the policy that the others are compared with; `unmet` has it on all seeds of the others.
    """
    parts = [
        tallied(_by_policy(unmet, of, len(councils)), councils, against, names, _NOWHERE[of]).assign(of=of)
        for of, names in REASONS.items()
    ]
    found = pd.concat(parts, ignore_index=True).rename(columns={"what": "reason"})
    return found.reindex(columns=list(COLUMNS))


_NOWHERE = {of: tuple(name for name in names if name != SUCCESS[of]) for of, names in REASONS.items()}


def _by_policy(unmet: pd.DataFrame, of: str, councils: int) -> Tallies:
    """How often, by policy and seed [councils, reasons]."""
    names, told = REASONS[of], (unmet["of"] == of).to_numpy()
    own = unmet[told]
    places = own["council"].to_numpy(int), pd.Categorical(own["reason"], names).codes
    return by_run(unmet, (councils, len(names)), told, places, own["times"].to_numpy(float))
