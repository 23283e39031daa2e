"""The job that switches mechanisms off, one at a time, and says which of them policies' effects hang on."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from analysis.report.questions.mechanisms import sentences_of
from experiments.command.settings import Settings
from experiments.rows.plan import Plan
from experiments.study.job import Job, effects, several_seeds
from experiments.study.study import Study, analysed, carried_out
from experiments.study.tables import months_of


def main(settings: Settings) -> int:
    """Run it, write what is left of effects without each mechanism, say so.

    Returns:
        Exit status.
    """
    return carried_out(settings, _analysed)


def _analysed(study: Study, plan: Plan, folder: Path) -> Iterator[RenderableType]:
    found = analysed(study, plan, folder)
    for sentence in sentences_of(found["mechanisms"], study.columns, months_of(study.settings)):
        yield Text(sentence.text)


def _some_mechanisms(settings: Settings) -> Iterator[str]:
    if settings.mechanisms is None:
        yield "job mechanisms switches some off: mechanisms=all, or names from conf/mechanisms.yaml."


JOB = Job(main, needs=(_some_mechanisms, effects, several_seeds), is_reported=True)
