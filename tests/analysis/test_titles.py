"""Titles of figures say what was found, not what was looked at."""

from collections.abc import Callable

import pytest

from analysis.figures import beats, discovery, morris, pairing, regret, replications, sobol
from analysis.figures.course import histories, one_run
from analysis.figures.questions import patterns
from tests.analysis.drawing import drawn

TITLES = {
    "robust": {
        regret.draw: "Joint posts has the least regret whatever the uncertain numbers are",
        beats.draw: "Joint posts beats 1 of 2 others in most futures",
        discovery.draw: "Joint posts or PhDs: which is better turns with the uncertain numbers",
    },
    "sobol": {
        sobol.draw: "Search rate explains most: 60% of the variance",
        sobol.draw_convergence: "The last samples move total indices by at most 0% of the variance",
    },
    "morris": {morris.draw: "2 of 4 numbers matter, search rate most"},
    "replications": {
        replications.draw_variation: "How much runs differ has settled for 1 of 2 policies",
        replications.draw_widths: "All seeds tell 1 of 1 effect from zero",
        pairing.draw: "Sharing luck divides the seeds that the typical effect takes by 2.2",
    },
    "patterns": {patterns.draw: "The model meets 2 of 3 figures that were observed"},
    "one_run": {
        histories.draw: "2 of 2 ties are long-term for a time",
        one_run.draw: "One run: 3 long-term partnerships in the last month, 3 in the first",
    },
}


@pytest.mark.parametrize("name", TITLES)
def test_titles_say_what_was_found(name: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(name)
    found = {draw: drawn(draw, folder).texts[0].get_text() for draw in TITLES[name]}
    assert found == TITLES[name]


UNSURE: dict[Callable, tuple] = {
    regret.draw: ("robust", "regret", {"p90_regret_chosen": 0.4}, "No single policy has the least regret"),
    beats.draw: ("robust", "beats", {"beats_low": 0.1}, "No policy is shown to beat another in most futures"),
    sobol.draw: ("sobol", "indices", {"total_low": -0.1}, "No uncertain number is shown to explain any of"),
    morris.draw: ("morris", "screening", {"matters": False}, "No number is shown to matter"),
    pairing.draw: ("replications", "pairing", {"observed": 0.9}, "Sharing luck between policies saves no"),
}


@pytest.mark.parametrize("draw", UNSURE)
def test_titles_say_no_more_than_is_sure(draw: Callable, spoil, request: pytest.FixtureRequest) -> None:
    name, table, values, title = UNSURE[draw]
    folder = request.getfixturevalue(name)
    spoil(folder, table, lambda content: content.assign(**values))
    assert drawn(draw, folder).texts[0].get_text().startswith(title)
