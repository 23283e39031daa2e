"""A job: what it does, and what it needs of settings; declared beside its code."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from experiments.command.files import CONF, mapping_in
from experiments.command.settings import Settings
from experiments.design.assumed import Assumed
from experiments.design.chosen import DRAWS
from experiments.design.points import Kind
from model.parameters import parameters_from
from model.problems import refuse

#: Parameters that are read once for all seeds.
_OF_ALL_SEEDS = ("horizon", "warmup", "recruitment_months")

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
        has_points: whether a sample of parameters is its design; in other jobs, each seed has a point of it.
        asks: of settings, what its statistics alone need to know, as `analysis.asked.Asked` has it.
    """

    main: Callable[[Settings], int]
    needs: tuple[Need, ...] = ()
    adds_seeds: bool = False
    is_reported: bool = False
    has_responses: bool = True
    asks_further: bool = False
    has_parameters: bool = True
    has_points: bool = False
    asks: Callable[[Settings], Mapping[str, Any]] = lambda settings: {}

    def placed(self, settings: Settings) -> Settings:
        """Settings with the points of a sample where the job looks for them.

        Raises:
            BadInput: if they cannot be there.
        """
        if self.has_points:
            return settings.over_points()
        refuse(_not_a_seeds(settings.parameters) if self.has_parameters else ())
        return settings

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
        if self.asks_further and settings.parameters.varied:
            yield "posterior.parameters changes nothing beside a sample that seeds run at: it is left out."
        if self.has_parameters:
            yield from _sampled(settings)
        elif settings.parameters.varied or settings.parameters.held != parameters_from():
            yield f"parameters change nothing: what job={settings.job} runs has its own."

    def _check_precision(self, settings: Settings) -> Iterator[str]:
        if settings.precision and not self.adds_seeds:
            yield f"precision.half_width is for job=compare: job={settings.job} does not add seeds."


def _not_a_seeds(parameters: Assumed) -> Iterator[str]:
    """What points may not differ in where each seed runs at one of its own."""
    for factor in parameters.sample.factors:
        if factor.is_lever:
            yield f"{factor.name} is a lever, and seeds run at points of parameters: job=sweep takes levers."
        elif factor.name in _OF_ALL_SEEDS:
            same = f"parameters.{factor.name}={parameters[factor.name]}"
            yield f"{factor.name} differs between the points of the sample, and is of all seeds: give {same}."


def _sampled(settings: Settings) -> Iterator[str]:
    """Which points of a sample seeds run at, if they do."""
    if not settings.parameters.varied:
        return
    n, blocks = len(settings.parameters.sample), int(settings.design.blocks[-1])
    asked = "" if settings.precision else f", {min(n, len(settings.seeds) + blocks)} of them with these seeds"
    yield (
        f"Each seed runs at a point of its own: seed s at point s mod {n} of a sample of {n}{asked}. "
        "Averages over seeds are averages over points; intervals say how well these are known, not how far "
        "points differ."
    )


def no_design(instead: str) -> Need:
    """The job looks at one point, or at one of a sample in each seed."""

    def need(settings: Settings) -> Iterator[str]:
        if settings.design.factors:
            yield f"job {settings.job} takes no design: {instead}."

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
