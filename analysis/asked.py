"""What a study asked, as `study.json` says: what its statistics need to know beside its rows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = "study.json"
BASELINE = "baseline"
#: The ending of a policy's name that is that policy at equal money.
AT_EQUAL_MONEY = "_equal_money"
#: What stands between the names of policies in the name of their bundle.
JOINED = "+"
#: What the placebo is called that is followed beside policies: so little more money that it cannot matter.
PLACEBO = "half_a_percent_more"


class BadFolder(ValueError):
    """A folder that cannot be drawn or analysed, and why."""


@dataclass(frozen=True)
class Precision:
    """An interval as narrow as is wanted: whose effect it is of, half its width, and seeds it may take."""

    indicator: str
    half_width: float
    most_seeds: int


@dataclass(frozen=True)
class Pilot:
    """A trial that is asked about: numbers of councils, of months, and its power."""

    councils: Sequence[int]
    months: Sequence[int]
    power: float


@dataclass(frozen=True)
class Points:
    """Where in parameter space policies were run.

    Attributes:
        kind: of the design.
        n: base samples, trajectories or points.
        size: points in all.
        factors: what was varied.
        groups: each factor's group; its own name if it is in none.
        levels: positions that a factor takes in a morris design.
        seeds_apart: how far the seeds of one block of points are from those of the next.
        scrambles: independent sequences that the blocks of a sobol design are of, in turn; 0: not known.
        words: factors that take words, which are in no order.
        limited: of factors that act on some responses under some policies only, these responses and policies.
    """

    kind: str
    n: int
    size: int
    factors: Sequence[str]
    groups: Sequence[str]
    levels: int
    seeds_apart: int
    scrambles: int = 0
    words: Sequence[str] = ()
    limited: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)

    def acting(self, response: str, policies: Iterable[str]) -> list[str]:
        """The factors that can act on a response under some policies."""
        return [
            name
            for name in self.factors
            if not (limits := self.limited.get(name))
            or (response in limits["responses"] and set(policies) & set(limits["policies"]))
        ]


@dataclass(frozen=True)
class EqualMoney:
    """What policies at equal money were to cost.

    Attributes:
        a_year: £k.
        in_all: £k over the horizon.
        missed: policies that could not be brought to it.
    """

    a_year: float
    in_all: float
    missed: Sequence[str]


@dataclass(frozen=True)
class Asked:
    """What a study asked.

    Attributes:
        job: what is done with the rows.
        policies: in order.
        seeds: the first, and the one after the last.
        responses: indicators that are looked at.
        points: where.
        precision: what seeds were added for, if any.
        equal_money: what policies at equal money were to cost, if there are any.
        against: the policy that the others are compared with.
        rivals: of the points, the sets of assumptions that they are.
        mechanisms: each that is off, in turn, at points after the first: what it does, and the world without.
        tried: the same of those that were off in few seeds, to see which of them those should be.
        months: length of the horizon; 0: it differs from point to point, or is not known.
        smallest_effect: the smallest change of strategic partnerships that matters, as a share of what is
            there without the policy.
        discount: by which each year counts for less than the one before.
        worth: £k that a strategic partnership is worth for a year; None: nobody has priced one.
        controls: sums of luck that indicators are freed of, by indicator; none: nothing is.
        budget: £k a year that bundles were looked for within, if they were.
        pilot: the trial that is asked about, if any.
        sampled: points of a sample of parameters, of which each seed runs at one of its own; 0: at none.
        over: points that fit what is known, over which a comparison was made again, if it was.
        meant: places that policies are meant for; none: all.
    """

    job: str
    policies: Sequence[str]
    seeds: tuple[int, int]
    responses: Sequence[str]
    points: Points
    precision: Precision | None = None
    equal_money: EqualMoney | None = None
    against: str = BASELINE
    rivals: Sequence[str] = ()
    mechanisms: Mapping[str, Sequence[str]] = field(default_factory=dict)
    tried: Mapping[str, Sequence[str]] = field(default_factory=dict)
    months: int = 0
    smallest_effect: float = 0.1
    discount: float = 0.035
    worth: float | None = None
    controls: Mapping[str, Sequence[str]] = field(default_factory=dict)
    budget: float | None = None
    pilot: Pilot | None = None
    sampled: int = 0
    over: Points | None = None
    meant: Sequence[str] = ()

    def write(self, folder: Path) -> None:
        """Write it to a folder."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")


_PARTS = {"points": Points, "pilot": Pilot, "over": Points, "precision": Precision, "equal_money": EqualMoney}


def read(folder: Path) -> Asked | None:
    """What the study of a folder asked; None where the folder does not say, as those of older versions.

    Raises:
        BadFolder: if it cannot be read.
    """
    file = folder / FILE
    if not file.exists():
        return None
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        parts = {name: kind(**told[name]) for name, kind in _PARTS.items() if told.get(name)}
        return Asked(**told | parts)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadFolder(f"{file}: does not say what a study asked ({error})") from error
