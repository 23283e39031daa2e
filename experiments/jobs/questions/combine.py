"""The job that runs every bundle of some policies, and says whether they add up to the sum of their parts."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from analysis.asked import JOINED
from analysis.report.questions.combined import sentences_of
from experiments.command.settings import Settings
from experiments.rows.plan import Plan
from experiments.study.completing import Complete
from experiments.study.job import Job, effects, no_design, several_seeds
from experiments.study.study import Study, analysed, carried_out
from experiments.study.tables import months_of
from model.policy import BASELINE, Policy

#: Policies that bundles are made of: with more, there are more bundles than anyone reads.
_FEWEST, _MOST = 2, 5


def main(settings: Settings) -> int:
    """Run it, write what bundles do beside the sum of their parts, show it.

    Returns:
        Exit status.
    """
    return carried_out(settings, _analysed, _filled)


def _filled(study: Study) -> Complete:
    """The rows of every bundle."""
    plan = study.plan()
    return study.fill(replace(plan, policies=tuple(_bundles(plan.policies))))


def _bundles(policies: tuple[Policy, ...]) -> Iterator[Policy]:
    """The baseline, and every bundle of the other policies, the smaller first."""
    others = [policy for policy in policies if policy.name != BASELINE.name]
    yield BASELINE
    for size in range(1, len(others) + 1):
        yield from (_joined(some) for some in combinations(others, size))


def _joined(policies: tuple[Policy, ...]) -> Policy:
    """Policies at once: each pulls its own levers."""
    levers = {name: dated for policy in policies for name, dated in policy.levers.items()}
    return Policy(JOINED.join(policy.name for policy in policies), levers)


def _analysed(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    found = analysed(study, plan, folder)
    months = months_of(study.settings)
    for sentence in sentences_of(found["combined"], found["shares"], study.columns, months):
        yield Text(sentence.text)


def _some_policies(settings: Settings) -> Iterator[str]:
    """The job takes a few policies: their bundles double with each."""
    n = sum(planned.policy.name != BASELINE.name for planned in settings.policies)
    if not _FEWEST <= n <= _MOST:
        yield (
            f"job combine takes {_FEWEST} to {_MOST} policies beside the baseline, not {n}: it runs every "
            "bundle of them, and each policy more doubles their number."
        )


def _levers_apart(settings: Settings) -> Iterator[str]:
    """No lever is pulled twice: nobody said whether the two would add up."""
    others = [planned.policy for planned in settings.policies if planned.policy.name != BASELINE.name]
    for policy in others:
        if not policy.levers:
            yield f"job combine: policy {policy.name} pulls no lever, so there is nothing to combine."
    for one, other in combinations(others, 2):
        for lever in filter(other.levers.__contains__, one.levers):
            yield (
                f"job combine: {one.name} and {other.name} both pull {lever}, and a lever has one value: "
                "leave one of them out, or write a policy that pulls other levers."
            )


JOB = Job(
    main,
    needs=(
        no_design("bundles are compared at one point"),
        effects,
        several_seeds,
        _some_policies,
        _levers_apart,
    ),
    is_reported=True,
)
