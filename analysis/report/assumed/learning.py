"""The section on what to learn first: what knowing an assumption is worth, and on what evidence it stands."""

from collections.abc import Iterator

import pandas as pd

from analysis import words
from analysis.report import phrases
from analysis.report.sentences import Sentence, cells_of
from analysis.report.shown import Section, Table, money, number, with_ends
from analysis.report.source import Source
from analysis.studies.assumptions import NET_BENEFIT

_MOST_NAMED, _MOST_SHOWN = 3, 25
#: What stands behind a number, as sentences say it.
_EVIDENCE = {
    "calibrated": "fitted to what is known",
    "source": "from a published source",
    "assumed": "assumed",
    "changed": "changed for this analysis",
}


def section(source: Source) -> Iterator[Section]:
    """What to learn first; nothing where no assumptions were varied."""
    table = source.table("information")
    if table.empty:
        return
    learning = _Learning(source)
    yield Section("learn", "What to learn first", list(learning.sentences()), tables=list(learning.tables()))


class _Learning:
    """What a folder says of what to learn."""

    def __init__(self, source: Source) -> None:
        self._source = source
        information = source.table("information")
        self._information = {
            str(response): part for response, part in information.groupby("response", sort=False)
        }
        self._influence = source.table("influence")
        assumptions = source.table("assumptions")
        self._meanings = source.meanings
        self._evidence = (
            assumptions.set_index("parameter")["status"] if len(assumptions) else pd.Series(dtype=object)
        )

    def sentences(self) -> Iterator[Sentence]:
        """What is said of it."""
        for response in self._information:
            yield self._worth(response)
        yield from self._hangs_on()

    def _worth(self, response: str) -> Sentence:
        """Which assumptions are worth knowing before a policy is chosen."""
        table = self._information[response]
        worth = table[table["worth"].astype(bool)].sort_values("value", ascending=False)
        cells = cells_of("information", [], "factor", "value", "worth", of=response)
        if worth.empty:
            text = (
                "No single assumption is shown to be worth learning before a policy is chosen"
                f"{self._in(response)}: of none can it be told from luck that knowing it would change the "
                "choice."
            )
            return Sentence("learn", text, (), cells)
        told = [
            f"{words.factor(line['factor'])} ({self._meaning(line['factor'])}worth "
            f"{self._value(response, line['value'])})"
            for line in worth.head(_MOST_NAMED).to_dict("records")
        ]
        text = f"What to learn first, as it would change what is chosen: {phrases.listed(told)}."
        return Sentence("learn", text, (), cells)

    def _hangs_on(self) -> Iterator[Sentence]:
        """What the effects of most policies hang on, and on how much evidence that stands."""
        table = self._influence
        if table.empty:
            return
        matters = table[table["matters"].astype(bool)]
        n = table["policy"].nunique()
        counts = matters.groupby("factor")["policy"].nunique().sort_values(ascending=False, kind="stable")
        if counts.empty:
            text = "Of no policy is it shown on which assumption its effect hangs."
            yield Sentence("hangs_on", text, (), cells_of("influence", [], "matters"))
            return
        each = [
            f"{str(name).replace('_', ' ')} ({self._meaning(str(name))}{self._status(str(name))}; "
            f"{count:,} of {n:,})"
            for name, count in counts.head(_MOST_NAMED).items()
        ]
        text = (
            "Assumptions on which effects are shown to hang, those of most policies first (and of how many): "
            f"{phrases.listed(each)}."
        )
        yield Sentence("hangs_on", text, (), cells_of("influence", [], "factor", "matters"))
        unsure = [str(name) for name in counts.index if self._evidence.get(name) == "assumed"]
        if unsure:
            names = [name.replace("_", " ") for name in unsure[:_MOST_NAMED]]
            more = [f"{len(unsure) - _MOST_NAMED} more"] if len(unsure) > _MOST_NAMED else []
            text = (
                f"Of what effects are shown to hang on, {phrases.listed([*names, *more])} "
                f"{'have' if len(unsure) > 1 else 'has'} no source for the size: there "
                "evidence is weakest where it counts."
            )
            yield Sentence("weak", text, (), cells_of("influence", [], "factor", "matters"))

    def tables(self) -> Iterator[Table]:
        """What it stands on."""
        for response, table in self._information.items():
            yield self._information_table(response, table)
        if len(self._influence):
            yield self._influence_table()

    def _information_table(self, response: str, table: pd.DataFrame) -> Table:
        lines = [
            (
                words.factor(line["factor"]),
                self._status(line["factor"]),
                self._ends(response, line),
                f"{line['p']:.3f}",
                "yes" if line["worth"] else "no",
            )
            for line in table.to_dict("records")
        ]
        note = (
            f"{self._unit(response)}: what is gained on average if the number is known before a policy is "
            f"chosen{'' if response == NET_BENEFIT else ', the same sum being spent on any of them'}. Told "
            "apart: at most 5% of such calls are wrong over all of them."
        )
        head = ("Assumption", "Evidence", "Worth knowing", "p", "Told apart from luck")
        what = "in money" if response == NET_BENEFIT else self._source.columns.label(response).lower()
        return Table(f"What it would be worth to know: {what}", head, lines, "information.csv", note=note)

    def _influence_table(self) -> Table:
        """Influence against strength of evidence: the strongest first."""
        told = self._influence[self._influence["matters"].astype(bool)]
        shown = told.sort_values("influence", ascending=False, kind="stable").head(_MOST_SHOWN)
        lines = [
            (
                str(line["factor"]).replace("_", " "),
                self._status(line["factor"]),
                phrases.called(line["policy"]),
                {1.0: "up", -1.0: "down"}.get(line["rises"], "–"),
                words.percent(line["influence"]),
                f"{line['p']:.1g}",
            )
            for line in shown.to_dict("records")
        ]
        head = ("Assumption", "Evidence", "Effect of", "Goes", "Explains", "p")
        note = (
            "Of how the effect varies between sets of assumptions (of its ranks), what each assumption "
            "explains alone; those told apart, the strongest. Up: more of it makes the effect larger. "
            "Assumed: a source gives the sign at most."
        )
        return Table("Influence, and strength of evidence", head, lines, "influence.csv", note=note)

    # --- words ----------------------------------------------------------------------------------------

    def _status(self, factor: str) -> str:
        status = str(self._evidence.get(factor, "not known"))
        return _EVIDENCE.get(status, status)

    def _meaning(self, factor: str) -> str:
        """What a number is, before what else is said of it; nothing of what is no number of its own."""
        return f"{self._meanings[factor]}; " if factor in self._meanings else ""

    def _shown(self, response: str) -> tuple[float, str]:
        asked = self._source.asked
        return self._source.columns.shown(response, asked.months if asked else 0)

    def _unit(self, response: str) -> str:
        if response == NET_BENEFIT:
            return "£ a year, at the worth of a partnership that was declared"
        return f"In {self._shown(response)[1]}"

    def _in(self, response: str) -> str:
        return " in money" if response == NET_BENEFIT else ""

    def _value(self, response: str, value: float) -> str:
        if response == NET_BENEFIT:
            return f"{words.pounds(value)} a year"
        factor, unit = self._shown(response)
        return f"{number(float(factor * value))} {unit}"

    def _ends(self, response: str, line: dict) -> str:
        ends = [float(line[f"value{end}"]) for end in ("", "_low", "_high")]
        if response == NET_BENEFIT:
            return f"{money(ends[0])} ({money(ends[1])} to {money(ends[2])})"
        factor = self._shown(response)[0]
        return with_ends(*(factor * each for each in ends), sign=False)
