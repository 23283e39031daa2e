"""Sentences: what is said, of which kind, and the cells of tables that it stands on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from analysis.tables import MAIN_INDICATOR


class Cell(NamedTuple):
    """Cells of a line of a table.

    Attributes:
        table: its name, as its file's without ending.
        policy: whose line it is.
        columns: of the cells.
        of: the indicator or outcome, where the table has a line for each.
    """

    table: str
    policy: str
    columns: tuple[str, ...]
    of: str = MAIN_INDICATOR


@dataclass(frozen=True)
class Sentence:
    """One thing that is said.

    Attributes:
        kind: by which rule (`answer.KINDS`).
        text: one or more sentences, plain text.
        policies: that it speaks of.
        cells: of the tables, that it stands on.
    """

    kind: str
    text: str
    policies: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()


def cells_of(
    table: str, policies: Sequence[str], *columns: str, of: str = MAIN_INDICATOR
) -> tuple[Cell, ...]:
    """The same columns of some policies' lines."""
    return tuple(Cell(table, policy, columns, of) for policy in policies)
