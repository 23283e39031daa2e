"""Lives: what became of a council, university or tie up to a month, and why things happened."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analysis.page.watching import why
from analysis.page.watching.watched import Watched
from model.arrays import TOPICS
from model.measures import LIFE
from model.parameters import LEVERS
from model.policy import lever_in

#: What begins a tie is told in full of the first such event only.
_BEGINS = "formed_"
_MEANING = {
    event.name: ("it begins or revives, " if event.name.startswith(_BEGINS) and event is not LIFE[0] else "")
    + event.meaning.partition(" (")[0]
    for event in LIFE
}
#: Events that are shown of a council or a university; of a tie, all are.
_MOST = 40


@dataclass(frozen=True)
class Reason:
    """Why something happened: a sentence, and the numbers that it stands on."""

    text: str
    numbers: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Moment:
    """An event of a life."""

    month: int
    when: str
    what: str
    event: str
    tie: int
    researcher: int


def when(month: int) -> str:
    """A month of the horizon as people say it.

    >>> when(0), when(25), when(-3)
    ('year 1, month 1', 'year 3, month 2', '3 months before')
    """
    if month < 0:
        return f"{-month} month{'s' * (month < -1)} before"
    return f"year {month // 12 + 1}, month {month % 12 + 1}"


def moments(watched: Watched, of: str, row: int, until: int) -> list[Moment]:
    """The events of a tie, a council, a university or a researcher up to a month, the latest first."""
    lives = watched.lives
    return _told(watched, lives[(lives[of] == row) & (lives["month"] <= until)], of)


def moments_of_both(watched: Watched, c: int, u: int, until: int) -> list[Moment]:
    """What happened between a council and a university up to a month, the latest first."""
    lives = watched.lives
    is_theirs = (lives["council"] == c) & (lives["university"] == u) & (lives["month"] <= until)
    return _told(watched, lives[is_theirs], "university")


def _told(watched: Watched, own: pd.DataFrame, of: str) -> list[Moment]:
    return [moment_of(watched, line, of) for line in own.iloc[::-1].head(_MOST).to_dict("records")]


def moment_of(watched: Watched, line: dict[str, Any], of: str = "tie") -> Moment:
    """An event, as it is told in the life of something."""
    council = watched.councils[int(line["council"])].name
    who = f"researcher {int(line['researcher'])} ({watched.universities[int(line['university'])].name})"
    partners = {
        "council": who,
        "university": f"{council} and researcher {int(line['researcher'])}",
        "researcher": council,
    }
    what = _MEANING[line["event"]]
    with_whom = partners.get(of, "")
    text = f"{with_whom}: {what}" if with_whom else what
    month, tie, researcher = (int(line[name]) for name in ("month", "tie", "researcher"))
    return Moment(month, when(month), text, line["event"], tie, researcher)


def title(watched: Watched, of: str, row: int) -> str:
    """What a life is of."""
    if of == "council":
        return f"{watched.councils[row].name}, {watched.councils[row].place}"
    if of == "university":
        return f"{watched.universities[row].name}, {watched.universities[row].place}"
    if of == "researcher":
        return f"Researcher {row}"
    line = watched.lives[watched.lives["tie"] == row].iloc[0]
    return f"{watched.councils[int(line['council'])].name} and researcher {int(line['researcher'])}"


def now(watched: Watched, of: str, row: int, month: int) -> list[tuple[str, str]]:
    """How a council or a university stands at the end of a month."""
    world = watched.at(month + 1).world
    if of == "council":
        council = world.councils[row]
        return [
            ("Partnerships", f"{int(council['active'])}"),
            ("Load: days asked of it by days it has", f"{council['load']:.2f}"),
            ("Leadership commitment", f"{council['commitment']:.2f}"),
            ("Absorptive capacity", f"{council['absorptive_capacity']:.2f}"),
        ]
    if of == "university":
        university = world.universities[row]
        return [
            ("Leadership commitment", f"{university['commitment']:.2f}"),
            ("Partnership roles (FTE)", f"{university['roles']:.2f}"),
        ]
    tie = _tie_in(world, row) if of == "tie" else None
    if tie is None:
        return []
    return [
        ("Trust", f"{tie['trust']:.2f}"),
        ("Topic", TOPICS[int(tie["topic"])]),
        ("Share of its time that was served", f"{tie['served']:.2f}"),
        ("Findings delivered", f"{int(tie['findings'])}"),
    ]


def reason(watched: Watched, line: dict[str, Any]) -> Reason:
    """Why an event happened, as far as the world tells as it stood when its month began."""
    event, month = line["event"], int(line["month"])
    if month + watched.warmup <= 0:
        return Reason("It was there when the run began.")
    for names, told in _TELLERS:
        if event in names:
            return told(watched, line, month)
    return Reason(_in_general(event))


def _in_general(event: str) -> str:
    """Where the rule is of which no number is told here."""
    meaning = next(each.meaning for each in LIFE if each.name == event)
    section = meaning.rpartition("(")[2].rstrip(")") if meaning.endswith(")") else "4"
    return f"The rule is in section {section} of the model’s specification (model/ODD.md)."


def _met(watched: Watched, line: dict[str, Any], month: int) -> Reason:
    """Both sides wanted it: the terms of their appraisals."""
    c, i = int(line["council"]), int(line["researcher"])
    later = _tie_in(watched.at(month + 1).world, int(line["tie"]))
    topic = int(later["topic"]) if later is not None else 0
    world = watched.at(month).world
    numbers: list[tuple[str, str]] = []
    chances = []
    for side in ("council", "researcher"):
        value, terms = why.terms(world, side, c, i, topic)
        chances.append(1 / (1 + np.exp(-value)))
        numbers.append((f"What it was worth to the {side} (logits)", f"{value:+.2f}"))
        numbers += [(f"– {term.label}", f"{term.value:+.2f}") for term in terms if abs(term.value) > 5e-3]
    text = (
        f"Both sides wanted it, over {TOPICS[topic]}. As the month began, the council would accept such a "
        f"meeting with a chance of {chances[0]:.0%}, the researcher with {chances[1]:.0%}."
    )
    return Reason(text, numbers)


def _starved(watched: Watched, line: dict[str, Any], month: int) -> Reason:
    world = watched.at(month).world
    tie = _tie_in(world, int(line["tie"]))
    numbers = _loads(world, line)
    if tie is None:
        return Reason("It began and fell asleep in one month.", numbers)
    p = world.parameters
    hazard = float(p["lapse_base"] + p["lapse_starved"] * (1 - tie["served"]))
    numbers = [("Share of its time that was served the month before", f"{tie['served']:.2f}"), *numbers]
    return Reason(
        f"Ties that are not served fall asleep: with that share, {hazard:.1%} a month would, before what "
        "else counts.",
        numbers,
    )


def _loads(world: Any, line: dict[str, Any]) -> list[tuple[str, str]]:
    council = world.councils[int(line["council"])]
    researcher = world.researchers[int(line["researcher"])]
    return [
        ("Load of the council: days asked by days it has", f"{council['load']:.2f}"),
        ("Load of the researcher", f"{researcher['load']:.2f}"),
    ]


def _embedded(watched: Watched, line: dict[str, Any], month: int) -> Reason:
    world = watched.at(month).world
    row = _row_of(world, int(line["tie"]))
    if row is None:
        return Reason("The project became strategic in its first month.")
    tie, hazard = world.ties[row], float(why.embeds(world, row))
    university = world.universities[int(line["university"])]
    council = world.councils[int(line["council"])]
    numbers = [
        ("Trust", f"{tie['trust']:.2f}"),
        ("Findings delivered", f"{int(tie['findings'])}"),
        ("Commitment of the council’s leaders", f"{council['commitment']:.2f}"),
        ("Commitment of the university’s", f"{university['commitment']:.2f}"),
        ("Partnership roles of the university (FTE)", f"{university['roles']:.2f}"),
    ]
    return Reason(f"Such a project embeds with a chance of {1 - np.exp(-hazard):.1%} a month.", numbers)


def _decided(watched: Watched, line: dict[str, Any], month: int) -> Reason:
    """A bid: its score, and what it took to win."""
    simulation = watched.at(month)
    world = simulation.world
    row = _row_of(world, int(line["tie"]))
    bid = watched.lives[(watched.lives["month"] == month) & (watched.lives["event"] == "bid")]
    if row is None or int(line["tie"]) not in set(bid["tie"]):
        return Reason("Its bid was made earlier, and decided now.")
    interval = int(_lever(watched, "call_interval", month))
    if (month + watched.warmup + 1) % interval:
        margin = float(why.open_margin(world, row))
        side = "above" if margin > 0 else "below"
        return Reason(
            f"Its score in the national competition was {abs(margin):.2f} {side} the cut-off, as things "
            "stood when the month began.",
            [("Score less the cut-off", f"{margin:+.2f}")],
        )
    return _ranked(watched, line, world, bid)


def _ranked(watched: Watched, line: dict[str, Any], world: Any, bids: pd.DataFrame) -> Reason:
    """Among the bids of a call."""
    rows = {int(tie): _row_of(world, int(tie)) for tie in bids["tie"]}
    scores = {tie: float(why.call_score(world, row)) for tie, row in rows.items() if row is not None}
    month = int(line["month"])
    won = watched.lives[
        (watched.lives["month"] == month) & (watched.lives["event"].isin(["awarded", "full_bid"]))
    ]
    winning = [scores[tie] for tie in map(int, won["tie"]) if tie in scores]
    own = scores[int(line["tie"])]
    place = 1 + sum(score > own for score in scores.values())
    numbers = [("Its score", f"{own:.2f}"), ("Its place", f"{place} of {len(scores)}")]
    if winning:
        numbers.append(("Lowest score that won", f"{min(winning):.2f}"))
    return Reason("A call closed: the best scores won, as far as the money went.", numbers)


def _brought(watched: Watched, line: dict[str, Any], month: int) -> Reason:
    """What a lever brings about by itself."""
    name = {"started_phd": "phds", "seconded": "secondments"}[line["event"]]
    value = _lever(watched, name, month)
    unit = LEVERS[name].unit.replace("1/", "a ")
    return Reason(f"The policy brings it about: {LEVERS[name].label}, {value:g} {unit}.")


def _lever(watched: Watched, name: str, month: int) -> Any:
    return lever_in(watched.policy.levers.get(name), LEVERS[name], month)


def _tie_in(world: Any, name: int) -> Any:
    row = _row_of(world, name)
    return None if row is None else world.ties[row]


def _row_of(world: Any, name: int) -> int | None:
    """The row of a tie by its name, if it is there and not free."""
    found = np.flatnonzero((world.ties["name"] == name) & (world.ties["stage"] > 0))
    return int(found[0]) if len(found) else None


_TELLERS = (
    (
        ("formed_council_search", "formed_outreach", "formed_repeat", "formed_event", "formed_introduction"),
        _met,
    ),
    (("lapsed",), _starved),
    (("embedded",), _embedded),
    (("started_phd", "seconded"), _brought),
    (("bid", "awarded", "gave_up", "full_bid"), _decided),
)
