"""TRACE and LIMITS are true: what they name exists, what they count is so, what they propose can be tried."""

import re
from pathlib import Path

import pytest

from analysis.statistics.evidence.patterns import OF_ROWS, OF_STORIES
from experiments.study.assumptions import status
from model.measures import INDICATORS
from model.parameters import DECLARATIONS
from tests import trace
from tests.measured import FILE as FILE_OF_PATTERNS
from tests.measured import measured
from tests.odd import ODD, README

ROOT = ODD.parent.parent
TEXTS = {file.name: file.read_text(encoding="utf-8") for file in (trace.TRACE, trace.LIMITS)}
CODE = {name: set(re.findall(r"`([^`]+)`", text)) for name, text in TEXTS.items()}
#: Files of a results folder, and what writes them.
OF_RESULTS = {
    "assumptions.csv": "experiments/study/assumptions.py",
    "columns.csv": "experiments/study/tables.py",
    "coverage.csv": "analysis/studies/calibrate.py",
    "manifest.json": "experiments/study/folder.py",
}
#: Settings that name a file of a group of `conf/`.
GROUPS = ("experiment", "policy", "policies", "population", "parameters")
#: A file, a folder, or a test in a file.
FILE = re.compile(r"LICENSE|\.ci/run|[\w./]+(\.(py|md|yaml|yml|txt|cff|csv|json)|/)(::\w+)?")
SETTING = re.compile(r"\bparameters\.(\w+)=(\S+)")
each_text = pytest.mark.parametrize("name", TEXTS)


def test_what_is_generated_is_as_declared():
    marks = {
        trace.TRACE: (trace.BEGIN_DATA, trace.END_DATA, trace.with_data),
        trace.LIMITS: (trace.BEGIN_GRADES, trace.END_GRADES, trace.with_grades),
        README: (trace.BEGIN_PATTERNS, trace.END_PATTERNS, trace.with_patterns),
    }
    for file, (begin, end, renewed) in marks.items():
        text = file.read_text(encoding="utf-8")
        assert (text.count(begin), text.count(end)) == (1, 1)
        assert renewed(text) == text, "run `python -m tests.odd`"


def test_what_is_kept_of_patterns_is_all_that_is_measured():
    """And made of as many points as there are."""
    known = {
        (name, key)
        for name, pattern in trace.patterns().items()
        for key, target in pattern["targets"].items()
        if "statistic" in target
    }
    assert set(measured().index) == known
    points = len((ROOT / "conf/parameters/posterior.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert f"\n# posterior: {points} points, " in FILE_OF_PATTERNS.read_text(encoding="utf-8")


def test_readme_marks_patterns_that_are_kept_out():
    text = README.read_text(encoding="utf-8")
    for name, pattern in trace.patterns().items():
        assert (f"| `{name}`, kept out |" in text) == bool(pattern.get("held_out")), name


def test_readme_says_which_numbers_cannot_fail():
    """Those that are the same in every run."""
    constant = measured().query("default_low == default_high and posterior_low == posterior_high").index
    assert [name for name, _ in constant] == ["person_to_person", "person_to_person", "waste_and_lag"]
    assert "Three of the numbers cannot fail" in README.read_text(encoding="utf-8")


@each_text
def test_files_and_tests_that_are_named_exist(name):
    named = {code for code in CODE[name] if FILE.fullmatch(code)} - OF_RESULTS.keys()
    assert named
    for code in named:
        file, _, test = code.partition("::")
        assert (ROOT / file).exists(), code
        assert not test or f"\ndef {test}(" in (ROOT / file).read_text(encoding="utf-8"), code


@pytest.mark.parametrize("file", OF_RESULTS)
def test_files_of_results_are_written(file):
    assert Path(file).stem in (ROOT / OF_RESULTS[file]).read_text(encoding="utf-8")


@each_text
def test_commands_that_are_named_exist(name):
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    for code in CODE[name]:
        if code.startswith("make "):
            assert code.split()[1] in targets, code
        for module in re.findall(r"python -m ([\w.]+)", code):
            assert (ROOT / f"{module.replace('.', '/')}.py").exists(), code
        for group, given in re.findall(r"\b(\w+)=(\[?[\w,]+)", code):
            if group in GROUPS:
                folder = "policy" if group == "policies" else group
                for each in given.lstrip("[").split(","):
                    assert (ROOT / "conf" / folder / f"{each}.yaml").exists(), code


@each_text
def test_names_are_known(name):
    """Parameters, policies, patterns and their numbers, statistics, indicators, settings."""
    patterns = trace.patterns()
    numbers = {f"{pattern}.{number}" for pattern, each in patterns.items() for number in each["targets"]}
    policies = {file.stem for file in (ROOT / "conf" / "policy").glob("*.yaml")}
    known = {*DECLARATIONS, *policies, *patterns, *numbers, *OF_ROWS, *OF_STORIES, *INDICATORS}
    words = {code for code in CODE[name] if re.fullmatch(r"[a-z]+(_[a-z0-9]+)*(\.[a-z_0-9]+)?", code)}
    words = {code for code in words if not FILE.fullmatch(code)}
    assert words - {"posterior.parameters"} <= known, words - known


@pytest.mark.parametrize("file", [trace.TRACE, trace.LIMITS, ODD, README], ids=lambda file: file.name)
def test_links_lead_somewhere(file):
    links = re.findall(r"\]\(([\w./]*)(?:#([^)]*))?\)", file.read_text(encoding="utf-8"))
    assert links
    for path, anchor in links:
        target = file.parent / path if path else file
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), (path, anchor)


def anchors(file):
    """What headings of a page can be linked by."""
    headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def assumptions():
    """The lines of the log of assumptions that have a parameter to change."""
    ((_, *lines),) = trace.tables_of(TEXTS["LIMITS.md"], "what is assumed")
    return [line for line in lines if SETTING.search(line[3])]


@pytest.mark.parametrize("line", assumptions(), ids=lambda line: line[0])
def test_an_assumption_is_graded_and_its_opposite_can_be_tried(line):
    settings = SETTING.findall(line[3].replace("`", " "))
    assert {status(DECLARATIONS[parameter]) for parameter, _ in settings} == {line[1]}
    for parameter, value in settings:
        declared = DECLARATIONS[parameter]
        assert declared.checked(float(value.rstrip(","))) != declared.default
        assert declared.is_plausible(float(value.rstrip(",")))


#: Figures of EVIDENCE that LIMITS tells in words.
CARRIED = (
    "10 to 17",
    "a fifth of councils' questions are met by research",
)


@pytest.mark.parametrize("figure", CARRIED)
def test_figures_carried_over_stand_in_the_record(figure):
    for text in (TEXTS["LIMITS.md"], trace.EVIDENCE.read_text(encoding="utf-8")):
        assert figure in " ".join(text.replace("where a third", "a third").split())


def test_what_is_said_to_be_lacking_is_lacking():
    """Gaps that a later change may close, so that the page is then put right."""
    text = TEXTS["TRACE.md"]
    posterior = (ROOT / "conf" / "parameters" / "posterior.yaml").exists()
    assert ("no set of points that fit" in text.replace("\n", " ")) != posterior
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert ("not in the library, no DOI" in text) != ("doi:" in citation)
    assert ("No flowchart" in text) != ("```mermaid" in ODD.read_text(encoding="utf-8"))
