"""The section on use and limits (after the Aqua Book): what it is for, what it stands on, how it was made."""

import re
import shlex
from collections.abc import Iterator, Mapping

from analysis.asked import AT_EQUAL_MONEY
from analysis.report import phrases
from analysis.report.phrases import listed
from analysis.report.sentences import Sentence, cells_of
from analysis.report.shown import Section, Table, figure
from analysis.report.source import Source

_TITLE = "Use and limits: what this is for, and on what it stands"
_STATUS = {
    "calibrated": "are fitted to what is known of the world",
    "source": "are taken from a published source (some of another population)",
    "assumed": "are assumed (a source gives the sign at most)",
    "design": "are choices of the analysis",
    "policy": "are choices of policy",
    "changed": "were changed for this analysis",
}
_USE_BY = (
    "Which patterns of the real world the model meets, towngown experiment=validate says (the model's "
    "EVIDENCE.md keeps the record). Look at it again when the model, its price list or the evidence behind "
    "it changes, and after two years at the latest."
)
#: How a note begins that a policy does not cost what it was to cost.
_MISSES = "Not at £"
_SUMS = (
    "These policies cannot be brought to the sum (†); sums are of the histories on which their sizes were "
    "looked for."
)
#: Of the manifest, what is shown; and what it is called.
_MANIFEST = {
    "version": "Version of the program",
    "model": "Version of the model's rules",
    "commit": "Commit",
    "population": "Places",
    "councils": "Councils",
    "universities": "Universities",
    "researchers": "Researchers",
    "runs": "Runs",
    "failed": "Runs that failed",
    "started": "Begun",
    "python": "Python",
    "machine": "Machine",
}


def section(source: Source) -> Section:
    """What it may be used for."""
    tables = [*_assumptions(source), *_made(source), *_rows(source)]
    return Section("limits", _TITLE, list(_sentences(source)), tables=tables)


def _sentences(source: Source) -> Iterator[Sentence]:
    yield Sentence(
        "may",
        "It may be used to see what follows from the mechanisms that the review of local research "
        "partnerships "
        "describes, if they work about as strongly as assumed; to compare policies with each other; and to "
        "find "
        "out which evidence would be worth most.",
    )
    yield Sentence(
        "may_not",
        "It may not be used to forecast the number of partnerships in a place, to tell one named council or "
        "university what to do, or as proof that a policy works: no study was found that measured what joint "
        "posts, secondments or longer grants do for such partnerships.",
    )
    assumptions = source.table("assumptions")
    if len(assumptions):
        counts = assumptions["status"].value_counts()
        told = [f"{n} {_STATUS.get(str(status), str(status))}" for status, n in counts.items()]
        text = f"Of the {len(assumptions)} numbers that it stands on, {listed(told)}."
        yield Sentence("evidence", text, cells=cells_of("assumptions", [], "status"))
    yield Sentence("patterns", f"{_missed(source.manifest.get('patterns'))}{_USE_BY}")
    failed = source.manifest.get("failed")
    if failed:
        yield Sentence("failed", f"{failed:,} runs failed and are not in any number here.")
    notes = [str(note) for note in source.manifest.get("warnings", ())]
    if any(note.startswith(_MISSES) for note in notes):
        yield Sentence("misses", _SUMS)
    yield from (Sentence("note", _named(note)) for note in notes)


def _missed(patterns: object) -> str:
    """Which patterns of the world the model is known to miss, as far as the folder says."""
    if not isinstance(patterns, Mapping):  # as older versions wrote it
        return ""
    missed = "; ".join(patterns["fails"])
    told = f"{len(patterns['fails'])}: {missed}" if missed else "none"
    return f"Of {patterns['known']} patterns of the real world, the model is known to miss {told}. "


def _named(note: str) -> str:
    """A note with names as people read them.

    >>> _named("Not at £300k a year, as seed_money is at its most, 0.5: seed_money_equal_money (£264k).")
    'Not at £300k a year, as seed money is at its most, 0.5: Seed money at equal money (£264k).'
    """
    policies = re.sub(rf"\b\w+{AT_EQUAL_MONEY}\b", lambda found: phrases.called(found[0]), note)
    return re.sub(r"(?<=[a-z])_(?=[a-z])", " ", policies)


def _assumptions(source: Source) -> Iterator[Table]:
    found = source.table("assumptions")
    if found.empty:
        return
    lines = [
        (
            str(line["parameter"]).replace("_", " "),
            str(line["value"]),
            f"{figure(line['low'])} to {figure(line['high'])}" if line["low"] == line["low"] else "–",
            str(line["unit"]),
            str(line["status"]),
            str(line["meaning"]),
            str(line["source"]),
        )
        for line in found.to_dict("records")
    ]
    head = ("Number", "Value", "Plausible", "Unit", "Evidence", "What it is", "Source")
    yield Table("The log of assumptions", head, lines, "assumptions.csv")


def _made(source: Source) -> Iterator[Table]:
    told = source.manifest
    if not told:
        return
    command = " ".join(["towngown", *map(shlex.quote, map(str, told.get("command", [])[1:]))])
    lines = [("The command", command), ("To run it again as it is", "towngown again=FOLDER")]
    lines += [(called, str(told[name])) for name, called in _MANIFEST.items() if name in told]
    lines += [(f"Package {name}", str(version)) for name, version in dict(told.get("packages", {})).items()]
    yield Table("How it was made", ("What", "Which"), lines, "manifest.json")


def _rows(source: Source) -> Iterator[Table]:
    """Which rows are behind each policy's numbers, and how to see one of them again."""
    names = source.names
    if "row" not in names:
        return
    lines = []
    for policy, rows in names.groupby("policy", sort=False):
        row = str(rows["row"].iloc[0])
        seeds = f"{rows['seed'].min()} to {rows['seed'].max()}"
        lines.append((phrases.called(str(policy)), str(policy), f"{len(rows):,}", seeds, row))
    note = (
        "Every number of a policy is a mean over its rows, or over their differences from the rows of the "
        "same "
        "seed of the policy compared with; rows.parquet has them all. One is run again, bit for bit, with "
        f"towngown experiment=replay row=ROW store={source.manifest.get('store', 'STORE')}"
    )
    head = ("Policy", "As the tables name it", "Rows", "Seeds", "One of the rows")
    yield Table("The rows behind each number", head, lines, "rows.parquet", note=note)
