"""The page stands by itself, says what its folder holds and no more, and can be read by everyone."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import studies, tables
from analysis.__main__ import main
from analysis.asked import PLACEBO, Asked, Points
from analysis.dictionary import Column, Dictionary
from analysis.figures.drawing import style
from analysis.figures.folder import drawn, write
from analysis.report import answer, changes, page, phrases
from analysis.report.gains_map import gains_map
from analysis.report.shown import Table
from analysis.report.source import Source
from analysis.statistics.decision import pilot, switching, yearly
from analysis.statistics.ledger.councils import COUNCILS, FOLLOWED
from analysis.statistics.ledger.meetings import FATED
from analysis.statistics.ledger.pairs import COUNTED
from analysis.statistics.ledger.unmet import UNMET
from analysis.statistics.ledger.whom import TRAITED
from analysis.tables import BadFolder

NASTY = "<script>alert(1)</script>_&_“quoted”"
POLICIES = ("baseline", "brokers", "joint_posts", NASTY)
COLUMNS = Dictionary(
    [
        Column("rows", "mean_strategic", "partnerships at a time", "", "stock", 1, "Long-term partnerships"),
        Column("rows", "needs_met", "needs over the horizon", "", "flow", 1, "Needs met by partnerships"),
        Column("rows", "needs_met_all", "needs over the horizon", "", "flow", 1, "Needs met by research"),
        Column("rows", "cost_total", "£k over the horizon", "", "flow", -1, "Cost, grants included"),
    ]
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A comparison of three policies over ten years, of which one adds a partnership for £100k a year."""
    folder = tmp_path / "results"
    folder.mkdir()
    rows = rows_of({"baseline": 0.0, "brokers": 1.0, "joint_posts": 0.0, NASTY: 0.5})
    rows.to_parquet(folder / "rows.parquet")
    lines = [
        (policy, indicator, year, *ends, 30)
        for policy in POLICIES[1:]
        for year in (1, 2, 3)
        for indicator, ends in (("strategic", (0.2 * year, 0.1, 0.3)), ("cost_total", (100.0, 99.0, 101.0)))
    ]
    years = pd.DataFrame(lines, columns=list(yearly.COLUMNS))
    years.to_parquet(folder / "by_year.parquet")
    points = Points("list", 1, 1, (), (), 0, 1)
    Asked("compare", POLICIES, (0, 30), ("mean_strategic",), points, months=120).write(folder)
    COLUMNS.written(folder)
    studies.analyse(folder, COLUMNS)
    return folder


def rows_of(adds: dict[str, float], n: int = 30) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    luck = rng.normal(0, 1, n)
    parts = [
        pd.DataFrame(
            {
                "policy": policy,
                "population": "nine_places",
                "seed": range(n),
                "row": [f"{policy[:3]}{seed}" for seed in range(n)],
                "mean_strategic": 3 + luck + added + rng.normal(0, 0.1, n) * (added != 0),
                "needs_met": 20 + luck,
                "mean_coverage": 0.3 + 0.01 * luck,
                "gini_active_months": 0.7 + 0.01 * luck,
                "needs_met_all": 30 + luck + 5 * added,
                "cost_total": 4000.0 + 1000 * (added != 0),
            }
        )
        for policy, added in adds.items()
    ]
    return pd.concat(parts, ignore_index=True)


def text_of(folder: Path) -> str:
    return page.write(folder).read_text(encoding="utf-8")


def test_the_answer_is_on_the_page(folder):
    text = text_of(folder)
    assert "Fund Brokers first: it adds more long-term partnerships than any other policy." in text
    assert re.search(r"For £100k a year, averaged over 10 years, Brokers adds [01]\.\d", text)
    for anchor in ("answer", "money", "when", "sure", "limits"):
        assert f'<section id="{anchor}"' in text


def test_figures_that_are_drawn_already_are_the_pages_own(folder):
    """To be saved to files before changes nothing of them."""
    figures = drawn(tables.read(folder))
    write(folder, figures)
    assert figures
    assert page.write(folder, figures).read_bytes() == text_of(folder).encode()


def test_a_figure_of_which_nothing_is_said_is_told_by_its_title(folder):
    figure, _ = style.canvas("Brokers win in most seeds", "Share of seeds.", height=2)
    text = page.write(folder, {"wins": figure}).read_text(encoding="utf-8")
    assert '<div role="img" aria-label="Brokers win in most seeds">' in text


def test_what_pairing_and_taking_luck_out_saved_is_told_with_its_interval(folder, spoil):
    """Of the policy whose saving is the median one; nothing of luck that was left in."""
    assert re.search(r"would take \d[\d,]* \(\d[\d,]* to \d[\d,]*\) times as many runs", text_of(folder))
    assert "nil on average" not in text_of(folder)
    saved = dict(zip(POLICIES[1:], (300.0, 20.0, 70.0), strict=True))

    def told(table: pd.DataFrame) -> pd.DataFrame:
        values = table["policy"].map(saved).where(table["indicator"] == "mean_strategic")
        return table.assign(
            controls_saved=values, controls_saved_low=values - 90, controls_saved_high=2 * values
        )

    spoil(folder, "effects", told)
    assert "that is worth 70 (−20 to 140) more runs of the typical policy" in text_of(folder)


def test_patterns_that_the_model_is_known_to_miss_are_named(folder):
    assert "known to miss" not in text_of(folder)  # as older versions wrote it
    for fails, told in (([], "none"), (["one is low", "one is late"], "2: one is low; one is late")):
        manifest = {"patterns": {"known": 16, "fails": fails}}
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        assert f"Of 16 patterns of the real world, the model is known to miss {told}." in text_of(folder)


def test_it_needs_nothing_from_elsewhere(folder):
    text = text_of(folder)
    assert len(text.encode()) < 5_000_000
    assert not re.search(r'(?:src|href)="(?!#)', text)
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)


def test_names_from_files_are_text_and_nothing_else(folder):
    text = text_of(folder)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_names_within_drawings_are_their_own(folder):
    names = re.findall(r'\bid="([^"]*)"', text_of(folder))
    assert len(names) == len(set(names))


def test_the_same_folder_gives_the_same_page(folder):
    assert text_of(folder) == text_of(folder)


def test_it_is_made_again_with_the_folder(folder):
    assert main([str(folder)]) == 0
    assert (folder / "report.html").exists()
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("name", ["one_run", "sobol", "morris", "replications", "patterns"])
def test_a_folder_without_a_comparison_says_so(request, name):
    text = text_of(request.getfixturevalue(name))
    assert "This folder holds no comparison of policies" in text
    assert "Fund " not in text


def test_an_older_folder_says_so(comparison):
    assert "This folder holds no comparison of policies" in text_of(comparison)


def test_a_part_that_is_missing_is_missed(folder):
    (folder / "by_year.parquet").unlink()
    text = text_of(folder)
    assert "It takes a comparison of policies over two years or more." in text
    assert "in its first year" not in text


def test_whatever_table_is_lost_or_empty_there_is_a_page(folder, monkeypatch):
    follow(folder)
    monkeypatch.setattr(page, "inline", lambda _tables, _name: None)  # figures take their time
    for file in sorted(set(folder.glob("*.parquet")) - {folder / "rows.parquet"}):
        table = pd.read_parquet(file)
        table.iloc[:0].to_parquet(file)
        assert "<h2" in text_of(folder)
        file.unlink()
        assert "<h2" in text_of(folder), file.name
        table.to_parquet(file)


@pytest.mark.parametrize("name", ["rows", "verdicts", "effects"])
def test_a_table_that_cannot_be_read_leaves_the_page_as_it_was(folder, name):
    before = text_of(folder)
    (folder / f"{name}.parquet").write_bytes(b"torn")
    with pytest.raises(BadFolder, match=rf"{name}.parquet: cannot be read as Parquet"):
        page.write(folder)
    assert (folder / "report.html").read_text(encoding="utf-8") == before
    assert not list(folder.glob(".report*"))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"warnings": []}'])
def test_whatever_the_manifest_says_there_is_a_page(folder, content):
    (folder / "manifest.json").write_text(content)
    assert "The answer" in text_of(folder)


def test_what_a_lever_leaves_is_told(folder):
    """The levers of brokers stop after the first of three years."""
    levers = {"brokers": {"value": 4.0, "start": 0, "end": 12}}
    policies = [{"name": "baseline", "levers": {}}, {"name": "brokers", "levers": levers}]
    (folder / "config.yaml").write_text(f"policies: {policies}\n")
    assert (
        "When Brokers stops: long-term partnerships added were +0.20 (+0.10 to +0.30) in year 1, the last "
        "with "
        "the money and +0.40 (+0.10 to +0.30) a year later."
    ) in text_of(folder)


def test_what_is_left_is_told_where_only_some_levers_stop(folder):
    """What goes on with them may do nothing by itself: to say that nothing stops would be wrong."""
    levers = {"match_interval": {"value": 3, "end": 12}, "match_capacity": {"value": 20, "end": None}}
    (folder / "config.yaml").write_text(f"policies: {[{'name': 'brokers', 'levers': levers}]}\n")
    text = text_of(folder)
    assert "When the match interval of Brokers stops: long-term partnerships added were" in text
    assert "in year 1, the last with that and" in text
    assert "No lever of a policy here stops" not in text


def test_which_assumption_would_turn_it_is_part_of_the_answer(folder):
    line = {
        "policy": "brokers",
        "other": "joint_posts",
        "response": "mean_strategic",
        "factor": "search_rate",
    }
    line |= {"switch": 0.3, "switch_low": 0.2, "switch_high": 0.4, "wins_when": "above", "p": 0.01}
    line |= {"least": 0.0, "most": 1.0, "verdict": switching.SWITCHES}
    meaning = {"parameter": ["search_rate"], "meaning": ["how often councils look"], "status": ["assumed"]}
    pd.DataFrame(meaning).to_parquet(folder / "assumptions.parquet")

    def told(*lines: dict) -> str:
        pd.DataFrame(lines).to_parquet(folder / "switching.parquet")
        (found,) = (each.text for each in answer.said(Source(folder)) if each.kind == "turns")
        return found

    assert told(line, line | {"other": "vouchers", "p": 0.02}) == (
        "For Joint posts to do better than Brokers on average, search rate (how often councils look) must "
        "be above 0.3 (0.2 to 0.4); it was taken to be from 0 to 1. Others that would are told below."
    )
    assert told(line | {"verdict": switching.NONE}).startswith("No single assumption, wherever it lies in")
    assert told(line | {"verdict": switching.CANNOT_TELL}).startswith("Of no single assumption is it shown")


def test_what_is_to_be_funded_and_what_is_left_of_it_is_told_with_the_answer(folder):
    levers = {"brokers": {"value": 4.0, "start": 0, "end": 12}}
    policies = [
        {"name": "baseline", "why": "As it is.", "levers": {}},
        {"name": "brokers", "why": "People in between.", "levers": levers},
        {"name": "brokers_equal_money", "why": "People in between.", "levers": levers},
    ]
    (folder / "config.yaml").write_text(f"policies: {policies}\n")
    kinds = [each.kind for each in answer.said(Source(folder))]
    assert kinds[:5] == ["first", "is", "adds", "when", "left"]
    assert "Brokers: People in between." in text_of(folder)
    (table,) = changes.policies(Source(folder))
    assert table.lines == [("The present", "As it is."), ("Brokers", "People in between.")]


@pytest.mark.parametrize(
    ("lines", "is_first", "is_open"), [(25, True, True), (26, True, False), (1, False, False)]
)
def test_long_tables_are_a_click_away(lines, is_first, is_open):
    assert Table("", ("Policy",), [("a",)] * lines, is_first=is_first).is_open is is_open


def test_policies_are_counted_once_however_large(folder):
    rows = pd.read_parquet(folder / "rows.parquet")
    again = rows[rows["policy"] == "brokers"].assign(policy="brokers_equal_money")
    pd.concat([rows, again]).to_parquet(folder / "rows.parquet")
    assert "<h1>What 3 policies would do" in text_of(folder)


def test_a_study_over_assumptions_is_told(folder, tmp_path):
    """Two policies at forty points: the first better by a number that one parameter says."""
    rng = np.random.default_rng(2)
    there = tmp_path / "robust"
    there.mkdir()
    at = np.repeat(np.arange(40), 4)
    x = np.repeat(rng.uniform(-1, 1, 40), 4)
    base = pd.DataFrame({"point": at, "block": 0, "search_rate": x, "seed": np.tile(range(4), 40)})
    parts = [
        base.assign(
            policy=name, population="nine_places", cost_total=cost,
            mean_strategic=level + rng.normal(0, 0.05, 160),
        )
        for name, level, cost in (
            ("baseline", 0 * x, 4000.0), ("brokers", 1 + 0 * x, 6000.0), ("joint_posts", 1 + x, 9000.0),
        )
    ]  # fmt: skip
    pd.concat(parts, ignore_index=True).to_parquet(there / "rows.parquet")
    points = Points("latin_hypercube", 40, 40, ("search_rate",), ("search_rate",), 0, 0)
    Asked("robustness", POLICIES[:3], (0, 4), ("mean_strategic",), points, months=120).write(there)
    COLUMNS.written(there)
    studies.analyse(there, COLUMNS)
    text = text_of(there)
    assert "safest choice whatever the assumptions are" in text
    costs = {"Brokers": "£200k", "Joint posts": "£500k"}
    assert any(
        "They do not cost the same: "
        f"{phrases.listed([f'{name} {costs[name]}' for name in names])} a year more than the present." in text
        for names in (sorted(costs), sorted(costs, reverse=True))
    )
    assert "What to learn first, as it would change what is chosen: Search rate" in text
    assert "The order turns where search rate" in text
    assert "those of most policies first (and of how many): search rate (not known; 1 of 2)." in text
    assert Source(there).table("ranks")["share"].sum() == pytest.approx(3.0)
    flips = pd.read_parquet(there / "flips.parquet")
    flips[flips["better"] != flips["other"]].to_parquet(there / "flips.parquet")
    told = "No range of an assumption was found in which another policy is surely better than"
    assert re.search(rf"{told} .* At single sets one is: (Brokers|Joint posts) at \d+%", text_of(there))


@pytest.mark.parametrize("worth", [None, 200.0])
def test_a_benefit_is_set_against_costs_only_where_somebody_prices_it(folder, worth):
    """Brokers adds one partnership for £100k a year."""
    asked = Source(folder).asked
    replace(asked, worth=worth).write(folder)
    studies.analyse(folder, COLUMNS)
    text = text_of(folder)
    assert re.search(r"these break even soonest, .* worth so much: Brokers at £\d+k", text)
    assert ("these gain most a year after their costs: Brokers £" in text) is bool(worth)
    assert ("Benefit by cost" in text) is bool(worth)


def test_where_nothing_surely_adds_nothing_breaks_even(folder):
    rows = pd.read_parquet(folder / "rows.parquet")
    rows["mean_strategic"] = np.random.default_rng(3).normal(3, 1, len(rows))
    rows.to_parquet(folder / "rows.parquet")
    studies.analyse(folder, COLUMNS)
    text = text_of(folder)
    assert "break even soonest" not in text
    assert "What a partnership must be worth" in text


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # the browser's own
def test_everyone_can_read_it(folder, browser):
    """No serious finding of axe, wide or narrow, light or dark, all details open; nothing is cut off."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    follow(folder)  # of which there is a map
    file = page.write(folder)
    for scheme in ("light", "dark"):
        for width in (1440, 400):
            tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            asked: list[str] = []
            tab.on("request", lambda request, asked=asked: asked.append(request.url))
            tab.goto(file.as_uri())
            tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            found = axe.Axe().run(tab).response["violations"]
            assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
            page_root = "document.documentElement"
            assert tab.evaluate(f"{page_root}.scrollWidth <= {page_root}.clientWidth")
            assert asked == [file.as_uri()]
            tab.close()


def follow(folder: Path) -> None:
    """Put there what following pairs from one policy to another gives."""
    gains = {"brokers": (9, 4), "joint_posts": (2, 2), NASTY: (0, 0), PLACEBO: (1, 1)}
    lines = [
        (policy, seed, 0, what, 10, gained, 0, 0, lost, 0, 0)
        for policy, (gained, lost) in gains.items()
        for seed in range(3)
        for what in COUNTED
    ]
    pd.DataFrame(lines, columns=list(FOLLOWED)).to_parquet(folder / "followed.parquet")
    fated = [(policy, seed, 0, 2, 5, 1, 1, 0, 1) for policy in POLICIES for seed in range(3)]
    pd.DataFrame(fated, columns=list(FATED)).to_parquet(folder / "fated.parquet")
    traits = pd.DataFrame([(seed, 0, 1e5, 2.0, 5.0, 1) for seed in range(3)], columns=list(TRAITED))
    traits.to_parquet(folder / "traits.parquet")
    why = {("need", "elsewhere"): 6, ("need", "council_fit"): 3, ("need", "late"): 1, ("need", "met"): 90}
    why |= {("meeting", "agreed"): 1, ("meeting", "council_fit"): 6, ("meeting", "council_load"): 3}
    unmet = [
        (policy, seed, 0, *of, times) for policy in POLICIES for seed in range(3) for of, times in why.items()
    ]
    pd.DataFrame(unmet, columns=list(UNMET)).to_parquet(folder / "unmet.parquet")
    pd.DataFrame([(0, "a", "north", "", -1.5, 53.0, True)], columns=list(COUNCILS)).to_parquet(
        folder / "councils.parquet"
    )
    studies.analyse(folder, COLUMNS)


#: Numbers that stand in two lines, where every other cell has a long text.
BROKEN = """() => {
    const cells = [...document.querySelectorAll('td')]
    for (const cell of cells) cell.textContent = cell.cellIndex % 2 ? '12,345' : 'word '.repeat(40)
    return cells.filter(cell => {
        const text = document.createRange()
        text.selectNodeContents(cell)
        return cell.cellIndex % 2 && text.getClientRects().length > 1
    }).length
}"""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # the browser's own
def test_no_number_is_broken_on_paper(folder, browser):
    follow(folder)
    tab = browser.new_page(viewport={"width": 688, "height": 1000})  # what margins leave of A4
    tab.emulate_media(media="print")
    tab.goto(page.write(folder).as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert tab.evaluate(BROKEN) == 0
    tab.close()


def test_what_policies_add_is_told_as_the_ledger_has_it(folder: Path) -> None:
    follow(folder)
    text = page.write(folder).read_text(encoding="utf-8")
    assert "there are 19 months of partnership under Brokers (the mean of 3 histories)" in text
    assert "10 are of the same partners in the same months without it, and 4 only take the place" in text
    assert "5 (5 to 5) are additional for their councils; other councils have 0 (0 to 0) fewer" in text
    assert "What is left is +5 (+5 to +5)." in text
    assert "gains 1 months of partnership and loses 1, of 11" in text
    assert "begin to explore a question under the present, 20 come to a project, 50 fall asleep" in text
    assert "Of 100 that lead nowhere, 71 fall asleep while the two explore the question" in text
    assert "does not answer under the present, 60 are answered by the council&#39;s other sources, 0 " in text
    assert "30 end with a council&#39;s refusal" in text
    assert "Of 100 meetings over a question under the present, 10 lead to two who explore it" in text
    assert "In 67 of 100 refusals by councils, want of expertise on the topic weighs most." in text
    assert "refusals by researchers" not in text
    assert "Under Brokers partners, short-term ones included, are surely added for" in text
    assert "0% of councils have no partnership in all the years under it, and 0% without it." in text
    assert "<title>a: +0.04</title>" in text
    assert '<figcaption class="note">What Brokers adds for one council, where it is: the largest' in text
    assert (folder / "ledger.csv").exists()


@pytest.mark.parametrize(("east", "named"), [(-1.5, 4), (-2.95, 3)])
def test_names_on_the_map_lie_over_nothing(folder, east, named):
    """Four places; the name of one that is squeezed between the others is told below."""
    follow(folder)
    at = [("Acton", -3.0, 53.0), ("Burnham", -2.9, 53.0), ("Colne", -1.0, 52.0), ("Dale", east, 53.0)]
    lines = [(number, name, name, "", x, y, False) for number, (name, x, y) in enumerate(at)]
    pd.DataFrame(lines, columns=list(COUNCILS)).to_parquet(folder / "councils.parquet")
    (drawing,) = gains_map(Source(folder), "brokers")
    names = re.findall(r"<text [^>]*>(\w+): ", drawing.svg)
    assert len(names) == named
    assert ("No room for the names of" in drawing.caption) is (named < len(at))


def test_a_trial_is_an_answer(folder):
    """Its folder holds no comparison: what a trial could see is what was asked."""
    for name in ("verdicts", "costs"):
        (folder / f"{name}.parquet").unlink()
    line = {
        "policy": "brokers",
        "outcome": "all",
        "councils": 80,
        "months": 24,
        "smallest": 0.2,
        "effect": 0.3,
    }
    line |= {"effect_low": 0.1, "effect_high": 0.5, "power": 0.9, "needed": 60.0}
    missing = {name: 0.0 for name in pilot.COLUMNS if name not in line}
    pd.DataFrame([line | missing]).to_parquet(folder / "pilot.parquet")
    text = text_of(folder)
    assert "The answer: what a trial could see" in text
    assert "This folder holds no comparison" not in text


def test_a_policy_that_cannot_reach_the_sum_is_marked_in_the_table(folder):
    effects = pd.read_parquet(folder / "effects.parquet")
    effects.assign(misses_sum=effects["policy"] == "joint_posts").to_parquet(folder / "effects.parquet")
    (table,) = changes.table(Source(folder))
    names = [line[0] for line in table.lines]
    assert "Joint posts †" in names
    assert "Brokers" in names
    assert "† costs something else than it was to cost" in table.note


def test_what_points_that_fit_say_stands_below_what_luck_says(folder):
    effects = pd.read_parquet(folder / "effects.parquet")
    is_known = effects["policy"] == "joint_posts"
    told = {
        "posterior_low": -1.0,
        "posterior_high": 2.5,
        "posterior_positive": 0.97,
        "posterior_points": 40.0,
    }
    points = {name: np.where(is_known, value, np.nan) for name, value in told.items()}
    effects.assign(effect=1.0, together_low=0.5, together_high=1.5, **points).to_parquet(
        folder / "effects.parquet"
    )
    changed, over = changes.table(Source(folder))
    assert "What 40 sets of assumptions give" in over.note
    lines = {line[0]: line[1:] for line in over.lines}
    assert lines["Joint posts"][0] == "−1.0 to +2.5; 97%"
    assert set(lines["Brokers"]) == {"–"}
    *findings, cost = next(line[1:] for line in changed.lines if line[0] == "Brokers")
    assert all(cell.endswith(" °") for cell in findings)
    assert not cost.endswith(" °")  # of costs there is no such finding
    assert "° only luck says so" in changed.note
