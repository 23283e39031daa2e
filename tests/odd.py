"""`python -m tests.odd` writes the parameter tables of `model/ODD.md` anew from the declarations."""

from collections.abc import Iterable
from pathlib import Path

from model.domains import Parameter
from model.parameters import LEVERS, PARAMETERS

ODD = Path(__file__).resolve().parent.parent / "model" / "ODD.md"
BEGIN = "<!-- parameters: written by `python -m tests.odd` from model.parameters.DECLARATIONS -->\n"
END = "<!-- end of parameters -->\n"
HEADER = (
    "| name | default | plausible | allowed | unit | meaning | status | source |\n"
    "|---|---|---|---|---|---|---|---|\n"
)


def status(declared: Parameter) -> str:
    """How far a declared value is to be trusted."""
    first = declared.source.partition(";")[0]
    if first in ("policy", "design"):
        return first
    if first.startswith(("calibrated", "fitted")):
        return "calibrated"
    return "assumed" if "assumed" in declared.source else "source"


def row(declared: Parameter) -> str:
    low_high = f"{declared.plausible[0]:g} – {declared.plausible[1]:g}" if declared.plausible else ""
    default = declared.default if isinstance(declared.default, str) else f"{declared.default:g}"
    cells = (f"`{declared.name}`", default, low_high, declared.domain, declared.unit, declared.meaning)
    return "| " + " | ".join(map(str, (*cells, status(declared), declared.source))) + " |\n"


def table(title: str, declarations: Iterable[Parameter]) -> str:
    return f"\n### {title}\n\n" + HEADER + "".join(map(row, declarations))


def with_tables(text: str) -> str:
    """The text with its parameter tables as declared."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    tables = table("Levers", LEVERS.values()) + table("All others", PARAMETERS.values())
    return before + BEGIN + tables + "\n" + END + after


if __name__ == "__main__":
    ODD.write_text(with_tables(ODD.read_text(encoding="utf-8")), encoding="utf-8")
