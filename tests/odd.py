"""`python -m tests.odd` writes what declarations say: tables of ODD, TRACE, LIMITS and README."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from experiments.command.arguments import parsed
from experiments.command.composing import composed_jobs
from experiments.command.settings import Settings
from experiments.study.assumptions import status
from model.domains import Lever, Parameter
from model.measures import CONTROLS, HORIZON, LIFE, MONTHLY, Control, Event, Indicator
from model.parameters import DECLARATIONS, LEVERS, PARAMETERS
from model.reasons import OF_A_MEETING, OF_A_NEED, REACHED, REASONS

ODD = Path(__file__).resolve().parent.parent / "model" / "ODD.md"
README = ODD.parent.parent / "README.md"
BEGIN = "<!-- parameters: written by `python -m tests.odd` from model.parameters.DECLARATIONS -->\n"
END = "<!-- end of parameters -->\n"
BEGIN_MEASURES = "<!-- measures: written by `python -m tests.odd` from model.measures -->\n"
END_MEASURES = "<!-- end of measures -->\n"
BETTER = {1: "more", -1: "less", 0: ""}
COLUMNS = ("name", "default", "plausible", "allowed", "unit", "meaning", "status", "source")
COLUMNS_OF_LEVERS = (
    "lever",
    "as people read it",
    "price",
    "charged to",
    "grows with the population",
    "recruited",
)
COLUMNS_OF_MEASURES = ("name", "kind", "unit", "better", "what")
COLUMNS_OF_LUCK = ("name", "by the horizon left", "events", "taken out of")
COLUMNS_OF_EVENTS = ("event", "stage afterwards", "what")
COLUMNS_OF_REASONS = ("reason", "of", "the need came so far", "what")
#: Experiments that run every policy, with every seed, at every point of their design, and nothing else.
OF_PLAIN_SIZE = (
    "replications", "one_at_a_time", "morris", "sobol", "pilot", "mechanisms", "friction", "rivals", "robust",
)  # fmt: skip


def cells(declared: Parameter) -> tuple:
    """A line of the table of parameters."""
    low_high = f"{declared.plausible[0]:g} – {declared.plausible[1]:g}" if declared.plausible else ""
    default = declared.default if isinstance(declared.default, str) else f"{declared.default:g}"
    name, meaning = f"`{declared.name}`", declared.meaning
    return name, default, low_high, declared.domain, declared.unit, meaning, status(declared), declared.source


def cells_of_lever(lever: Lever) -> tuple:
    """A line of the table of what levers cost."""
    price, cost = (f"`{name}`" if name else "" for name in (lever.price, lever.cost))
    grows, recruited = ("yes" if is_so else "" for is_so in (lever.absolute, lever.recruited))
    return f"`{lever.name}`", lever.label, price, cost, grows, recruited


def table(title: str, columns: tuple, lines: Iterable[tuple]) -> str:
    rows = (columns, ("---",) * len(columns), *lines)
    return f"\n### {title}\n\n" + "".join(f"| {' | '.join(map(str, row))} |\n" for row in rows)


def cells_of_indicator(declared: Indicator) -> tuple:
    """A line of the table of what is measured."""
    return f"`{declared.name}`", declared.kind, declared.unit, BETTER[declared.better], declared.meaning


def cells_of_control(control: Control) -> tuple:
    """A line of the table of luck."""
    moves = ", ".join(f"`{name}`" for name in control.moves)
    return f"`{control.name}`", "yes" if control.lasts else "", control.meaning, moves


def cells_of_event(event: Event) -> tuple:
    """A line of the table of what can happen in the life of a tie."""
    return f"`{event.name}`", event.stage or "as it was", event.meaning


def cells_of_reason(number: int) -> tuple:
    """A line of the table of reasons."""
    reason = REASONS[number]
    of = [name for name, numbers in (("needs", OF_A_NEED), ("meetings", OF_A_MEETING)) if number in numbers]
    reached = REACHED[reason.reached] if reason.reached >= 0 else ""
    return f"`{reason.name}`", ", ".join(of), reached, reason.meaning


def replaced(text: str, begin: str, end: str, content: str) -> str:
    """The text with what stands between two marks replaced."""
    before, _, rest = text.partition(begin)
    return before + begin + content + "\n" + end + rest.partition(end)[2]


def with_tables(text: str) -> str:
    """The text with its tables as declared."""
    parameters = (
        table("Levers", COLUMNS, map(cells, LEVERS.values()))
        + table("What levers cost", COLUMNS_OF_LEVERS, map(cells_of_lever, LEVERS.values()))
        + table("All others", COLUMNS, map(cells, PARAMETERS.values()))
    )
    of_horizon = (each for each in HORIZON.values() if each.name not in MONTHLY)
    measures = (
        table("Indicators", COLUMNS_OF_MEASURES, map(cells_of_indicator, (*MONTHLY.values(), *of_horizon)))
        + table("Luck", COLUMNS_OF_LUCK, map(cells_of_control, CONTROLS.values()))
        + table("Events", COLUMNS_OF_EVENTS, map(cells_of_event, LIFE))
        + table("Reasons", COLUMNS_OF_REASONS, map(cells_of_reason, range(len(REASONS))))
    )
    return replaced(replaced(text, BEGIN, END, parameters), BEGIN_MEASURES, END_MEASURES, measures)


def with_counts(text: str) -> str:
    """The text with how many declared values are known how far."""
    counts = Counter(map(status, DECLARATIONS.values()))
    told = (
        f"({counts['calibrated']} of {len(DECLARATIONS)} parameters)",
        f"**From a source** ({counts['source']})",
        f"**Assumed** ({counts['assumed']})",
        f"policy or design ({counts['policy'] + counts['design']})",
    )
    for sentence in told:
        pattern = re.sub(r"\d+", r"\\d+", re.escape(sentence))
        text, found = re.subn(pattern, sentence, text)
        assert found == 1, sentence
    return text


def with_runs(text: str) -> str:
    """The text with how many runs experiments take, and how many numbers are screened."""
    for name in OF_PLAIN_SIZE:
        settings = settings_of(name)
        runs = len(settings.design) * len(settings.seeds) * len(settings.policies)
        text, found = re.subn(rf"(?m)^(\| `{name}` \|.*\| )[\d,]+( \|)$", rf"\g<1>{runs:,}\g<2>", text)
        assert found == 1, name
    screened = f"of all {len(settings_of('morris').design.factors)} uncertain numbers"
    text, found = re.subn(r"of all \d+ uncertain numbers", screened, text)
    assert found == 1, screened
    return text


def settings_of(experiment: str) -> Settings:
    """The settings of an experiment as its file has it."""
    found: list[Settings] = []
    composed_jobs(parsed([f"experiment={experiment}"]), lambda settings: found.append(settings) or 0)
    return found[0]


if __name__ == "__main__":
    from tests.trace import LIMITS, TRACE, with_data, with_grades, with_patterns

    texts = {
        ODD: with_tables,
        README: lambda text: with_patterns(with_runs(with_counts(text))),
        TRACE: with_data,
        LIMITS: with_grades,
    }
    for file, renewed in texts.items():
        file.write_text(renewed(file.read_text(encoding="utf-8")), encoding="utf-8")
