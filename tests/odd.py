"""`python -m tests.odd` writes the parameter tables of `model/ODD.md` anew from the declarations."""

from collections.abc import Iterable
from pathlib import Path

from model.domains import Lever, Parameter
from model.parameters import LEVERS, PARAMETERS

ODD = Path(__file__).resolve().parent.parent / "model" / "ODD.md"
BEGIN = "<!-- parameters: written by `python -m tests.odd` from model.parameters.DECLARATIONS -->\n"
END = "<!-- end of parameters -->\n"
COLUMNS = ("name", "default", "plausible", "allowed", "unit", "meaning", "status", "source")
COLUMNS_OF_LEVERS = ("lever", "as people read it", "price", "charged to", "grows with the population")


def status(declared: Parameter) -> str:
    """How far a declared value is to be trusted."""
    first = declared.source.partition(";")[0]
    if first in ("policy", "design"):
        return first
    if first.startswith(("calibrated", "fitted")):
        return "calibrated"
    return "assumed" if "assumed" in declared.source else "source"


def cells(declared: Parameter) -> tuple:
    """A line of the table of parameters."""
    low_high = f"{declared.plausible[0]:g} – {declared.plausible[1]:g}" if declared.plausible else ""
    default = declared.default if isinstance(declared.default, str) else f"{declared.default:g}"
    name, meaning = f"`{declared.name}`", declared.meaning
    return name, default, low_high, declared.domain, declared.unit, meaning, status(declared), declared.source


def cells_of_lever(lever: Lever) -> tuple:
    """A line of the table of what levers cost."""
    price, cost = (f"`{name}`" if name else "" for name in (lever.price, lever.cost))
    return f"`{lever.name}`", lever.label, price, cost, "yes" if lever.absolute else ""


def table(title: str, columns: tuple, lines: Iterable[tuple]) -> str:
    rows = (columns, ("---",) * len(columns), *lines)
    return f"\n### {title}\n\n" + "".join(f"| {' | '.join(map(str, row))} |\n" for row in rows)


def with_tables(text: str) -> str:
    """The text with its parameter tables as declared."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    tables = (
        table("Levers", COLUMNS, map(cells, LEVERS.values())),
        table("What levers cost", COLUMNS_OF_LEVERS, map(cells_of_lever, LEVERS.values())),
        table("All others", COLUMNS, map(cells, PARAMETERS.values())),
    )
    return before + BEGIN + "".join(tables) + "\n" + END + after


if __name__ == "__main__":
    ODD.write_text(with_tables(ODD.read_text(encoding="utf-8")), encoding="utf-8")
