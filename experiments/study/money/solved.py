"""Solved: what a sum buys of a policy, and why it costs something else, if it does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from experiments.rows.mixed import Mixed
from experiments.terminal import number
from model.policy import Policy


@dataclass(frozen=True)
class Solved:
    """A policy with its intensity.

    Attributes:
        policy: the policy, its intensity set; some seeds may have another than the rest.
        lever: which lever that is.
        value: its value (for 36 councils, as levers are); that of most seeds, if not of all.
        cost: £k a year that it costs, above the baseline.
        target: £k a year that it should cost.
        reason: why it costs something else; empty if it does not.
        tried: what it costs at each value that was tried.
    """

    policy: Policy
    lever: str
    value: float
    cost: float
    target: float
    reason: str = ""
    tried: Mapping[float, float] = field(default_factory=dict, repr=False)

    @property
    def mixed(self) -> Mixed | None:
        """The lever, if it is not the same in all seeds."""
        dated = self.policy.levers[self.lever]
        return dated if isinstance(dated, Mixed) else None

    @property
    def intensity(self) -> str:
        """The lever's value, or both, as people write them."""
        values = [self.value] if self.mixed is None else sorted([self.mixed.value, self.mixed.other])
        return "–".join(dict.fromkeys(number(float(value)) for value in values))


def notes_on(solved: Iterable[Solved]) -> list[str]:
    """What the user should know: which policies cost something else, and why."""
    by_reason: dict[str, list[Solved]] = {}
    for each in solved:
        if each.reason:
            by_reason.setdefault(each.reason, []).append(each)
    return [
        f"Not at £{number(group[0].target)}k a year, as {reason}: "
        + ", ".join(f"{each.policy.name} (£{number(each.cost)}k)" for each in group)
        + "."
        for reason, group in by_reason.items()
    ]
