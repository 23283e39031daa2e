"""A check: what is set, what theory then says, and what the model gives."""

from collections.abc import Callable
from dataclasses import dataclass

from analysis.statistics.evidence.checks import Measured


class NotThere(Exception):
    """What a check takes is not there; the text says what."""


@dataclass(frozen=True)
class Check:
    """Something that must hold in any correct build of the model.

    Attributes:
        kind: closed form, conservation, extreme or twin.
        name: in one or two words, as the command line takes it.
        given: what is set, in words.
        theory: what then holds: a formula, or a sentence.
        measure: runs the model, and holds it against theory.

    `measure` raises `NotThere` if it cannot.
    """

    kind: str
    name: str
    given: str
    theory: str
    measure: Callable[[], Measured]
