"""`python -m tests.odd` writes the tables of `model/ODD.md` anew from the declarations."""

from collections.abc import Iterable
from pathlib import Path

from model.domains import Parameter
from model.measures import HORIZON, LIFE, MONTHLY, Event, Indicator
from model.parameters import LEVERS, PARAMETERS

ODD = Path(__file__).resolve().parent.parent / "model" / "ODD.md"
BEGIN = "<!-- parameters: written by `python -m tests.odd` from model.parameters.DECLARATIONS -->\n"
END = "<!-- end of parameters -->\n"
BEGIN_MEASURES = "<!-- measures: written by `python -m tests.odd` from model.measures -->\n"
END_MEASURES = "<!-- end of measures -->\n"
MEASURES_HEADER = "| name | kind | unit | better | what |\n|---|---|---|---|---|\n"
EVENTS_HEADER = "| event | stage afterwards | what |\n|---|---|---|\n"
BETTER = {1: "more", -1: "less", 0: ""}
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


def indicator_row(declared: Indicator) -> str:
    cells = (f"`{declared.name}`", declared.kind, declared.unit, BETTER[declared.better], declared.meaning)
    return "| " + " | ".join(cells) + " |\n"


def event_row(event: Event) -> str:
    return f"| `{event.name}` | {event.stage or 'as it was'} | {event.meaning} |\n"


def measures_tables() -> str:
    """What is measured each month, over the horizon alone, and in the lives of ties."""
    of_horizon = [each for each in HORIZON.values() if each.name not in MONTHLY]
    return (
        "\n### Indicators\n\n"
        + MEASURES_HEADER
        + "".join(map(indicator_row, (*MONTHLY.values(), *of_horizon)))
        + "\n### Events\n\n"
        + EVENTS_HEADER
        + "".join(map(event_row, LIFE))
    )


def replaced(text: str, begin: str, end: str, content: str) -> str:
    """The text with what stands between two marks replaced."""
    before, _, rest = text.partition(begin)
    return before + begin + content + "\n" + end + rest.partition(end)[2]


def with_tables(text: str) -> str:
    """The text with its tables as declared."""
    parameters = table("Levers", LEVERS.values()) + table("All others", PARAMETERS.values())
    return replaced(replaced(text, BEGIN, END, parameters), BEGIN_MEASURES, END_MEASURES, measures_tables())


if __name__ == "__main__":
    ODD.write_text(with_tables(ODD.read_text(encoding="utf-8")), encoding="utf-8")
