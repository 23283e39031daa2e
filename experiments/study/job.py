"""A job: what it does, and what it needs of settings; declared beside its code."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from experiments.command.files import CONF, mapping_in
from experiments.command.settings import Settings
from experiments.design.chosen import DRAWS
from experiments.design.points import Kind
from model.parameters import parameters_from
from model.problems import refuse

#: Says what is wrong with settings, if anything is.
type Need = Callable[[Settings], Iterable[str]]


@dataclass(frozen=True)
class Job:
    """What can be asked for.

    Attributes:
        main: does it, and returns the exit status.
        needs: of settings.
        adds_seeds: whether it adds seeds until results are as precise as is wanted.
        is_reported: whether it ends with a report, as a decision follows from it.
        has_responses: whether it looks at `responses`, and not at every indicator.
        asks_further: whether it looks at a posterior, and at what its answer hangs on.
        has_parameters: whether parameters are those of the settings.
        asks: of settings, what its statistics alone need to know, as `analysis.asked.Asked` has it.
    """

    main: Callable[[Settings], int]
    needs: tuple[Need, ...] = ()
    adds_seeds: bool = False
    is_reported: bool = False
    has_responses: bool = True
    asks_further: bool = False
    has_parameters: bool = True
    asks: Callable[[Settings], Mapping[str, Any]] = lambda settings: {}

    def check(self, settings: Settings) -> None:
        """Refuse settings that are not what the job needs.

        Raises:
            BadInput: naming all of them.
        """
        refuse([*self._check_precision(settings), *(each for need in self.needs for each in need(settings))])

    def told(self, settings: Settings) -> Settings:
        """Settings with what the job says of them, and without what changes nothing there."""
        return replace(
            settings,
            hangs_on=settings.hangs_on if self.asks_further else None,
            noted=tuple(self._notes(settings)),
            is_reported=self.is_reported,
            asks=self.asks(settings),
        )

    def _notes(self, settings: Settings) -> Iterator[str]:
        """What changes nothing here."""
        usual = mapping_in(CONF / "config.yaml")["responses"]
        if not self.has_responses and list(settings.responses) != usual:
            yield f"responses changes nothing: job {settings.job} looks at every indicator."
        if not self.asks_further:
            yield from (
                f"{name} changes nothing: it is for job=compare, not for job={settings.job}."
                for name, given in (("posterior", settings.posterior), ("hangs_on", settings.hangs_on))
                if given
            )
        if not self.has_parameters and settings.parameters != parameters_from():
            yield f"parameters change nothing: each check of job={settings.job} has its own."

    def _check_precision(self, settings: Settings) -> Iterator[str]:
        if settings.precision and not self.adds_seeds:
            yield f"precision.half_width is for job=compare: job={settings.job} does not add seeds."


def no_design(instead: str) -> Need:
    """The job looks at one point."""

    def need(settings: Settings) -> Iterator[str]:
        if settings.design.factors:
            yield f"job {settings.job} takes no design and no sample of points: {instead}."

    return need


def a_design(kinds: Iterable[Kind], fewest: int) -> Need:
    """The job takes a design of one of some kinds, of which `n` is at least so much."""
    known = {kind.name: kind for kind in kinds}

    def need(settings: Settings) -> Iterator[str]:
        design = settings.design
        if design.kind.name not in known:
            given = "a sample of points" if design.kind is DRAWS else repr(design.kind.name)
            yield f"job {settings.job} takes a {' or '.join(known)} design, not {given}."
        elif design.n < fewest:
            yield f"design.n = {design.n} is not allowed here: it takes at least {fewest}."

    return need


def effects(settings: Settings) -> Iterator[str]:
    """The job compares with the baseline."""
    if not settings.has_effects:
        yield f"job {settings.job} looks at effects: name the baseline and at least one other policy."


def several_policies(settings: Settings) -> Iterator[str]:
    """The job compares policies."""
    if len(settings.policies) < 2:
        yield f"job {settings.job} compares policies: name at least two."


def several_seeds(settings: Settings) -> Iterator[str]:
    """The job tells luck from what is not."""
    if len(settings.seeds) < 2:
        yield f"seeds = {len(settings.seeds)}: one seed cannot tell luck from parameters; give at least 2."
