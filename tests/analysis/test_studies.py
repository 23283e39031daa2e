"""Studies: what each job declares of its statistics."""

from analysis.studies import COLUMNS, STATISTICS
from analysis.studies.sensitivity import METHODS
from experiments.jobs import JOBS
from experiments.jobs.sensitivity import ANALYSES


def test_statistics_are_of_jobs_that_there_are() -> None:
    assert len(STATISTICS) > 10
    assert set(STATISTICS) <= set(JOBS)


def test_sensitivity_is_asked_of_kinds_of_design_that_have_a_method() -> None:
    assert set(METHODS) == {kind.name for kind in ANALYSES}


def test_a_column_that_several_jobs_have_is_the_same_in_each() -> None:
    told = {(each.table, each.column): each for each in COLUMNS}
    assert [each for each in COLUMNS if each.unit != told[each.table, each.column].unit] == []
