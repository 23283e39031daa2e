"""Plan: the rows of an experiment - every point of its design, under every policy, with every seed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, groupby

from experiments.design.assumed import Assumed
from experiments.design.points import BLOCK, Design
from experiments.rows.mixed import in_seed, is_mixed
from experiments.rows.row import (
    Family,
    Row,
    differs,
    names_of,
    parameters_text,
    policy_text,
    population_key,
)
from model.domains import Value
from model.policy import BASELINE, Dated, Policy
from model.population import Population


@dataclass(frozen=True)
class Plan:
    """All rows of an experiment, in order: by point, then replicate, then policy.

    Attributes:
        parameters: those that hold in every seed at every point that does not say otherwise.
        policies: what is run at every point.
        population: where.
        design: the points.
        seeds: the luck of each run. Points of one block of the design share it; further blocks have seeds of
            their own, so that blocks are independent.
    """

    parameters: Assumed
    policies: tuple[Policy, ...]
    population: Population
    design: Design
    seeds: range

    def __len__(self) -> int:
        return len(self.design) * len(self.seeds) * len(self.policies)

    @property
    def n_families(self) -> int:
        """Rows that share all but the policy make a family."""
        return len(self.design) * len(self.seeds)

    def seed(self, point: int, replicate: int) -> int:
        """The seed of a replicate at a point."""
        return self.seeds[replicate] + BLOCK * int(self.design.blocks[point])

    def family(self, index: int) -> Family:
        """The rows of one point and replicate, a row a policy."""
        point, seed = self._place(index)
        parameters = self._parameters(point, self.parameters.point(seed))
        forms = (
            each if isinstance(each, str) else policy_text(in_seed(each, seed))
            for each in self._policies(point)
        )
        return Family(tuple(Row(parameters, form, self._key, seed) for form in forms))

    def sharing(self, families: Iterable[int]) -> list[list[int]]:
        """Some families, in order, with those together that share a warm-up, differing in levers only."""
        if not any(factor.is_lever for factor in self.design.factors):
            return [[index] for index in families]
        begun: dict[tuple[str, int], list[int]] = {}
        for index in families:
            point, seed = self._place(index)
            parameters = self._parameters(point, self.parameters.point(seed))
            begun.setdefault((parameters, seed), []).append(index)
        return [*begun.values()]

    def names(self, families: Sequence[int] | range) -> list[str]:
        """Names of the rows of some families, in order."""
        named: list[str] = []
        places = map(self._place, families)
        for alike, some in groupby(places, lambda place: (place[0], self.parameters.point(place[1]))):
            parameters, seeds = self._parameters(*alike), [seed for _, seed in some]
            by_policy = [self._names(parameters, policy, seeds) for policy in self._policies(alike[0])]
            named += chain(*zip(*by_policy, strict=True))
        return named

    def chunks(self, size: int) -> Iterator[range]:
        """Families in order, some at a time, so that never all rows need be held."""
        step = max(1, size // len(self.policies))
        for start in range(0, self.n_families, step):
            yield range(start, min(start + step, self.n_families))

    def with_seeds(self, seeds: range) -> "Plan":
        """The same with other seeds."""
        return replace(self, seeds=seeds)

    @cached_property
    def _key(self) -> str:
        return population_key(self.population)

    @cached_property
    def _differing(self) -> Mapping[str, Value]:
        """Parameters that are not at their defaults, of those that hold in every seed."""
        return {name: value for name, value in self.parameters.held.items() if differs(name, value)}

    @cached_property
    def _latest_parameters(self) -> dict[tuple[int, int], str]:
        return {}

    @cached_property
    def _latest_policies(self) -> dict[int, tuple[str | Policy, ...]]:
        return {}

    def _place(self, index: int) -> tuple[int, int]:
        """Point and seed of a family."""
        point, replicate = divmod(index, len(self.seeds))
        return point, self.seed(point, replicate)

    def _names(self, parameters: str, policy: str | Policy, seeds: Sequence[int]) -> list[str]:
        if isinstance(policy, str):
            return names_of(parameters, policy, self._key, seeds)
        return [Row(parameters, policy_text(in_seed(policy, seed)), self._key, seed).name for seed in seeds]

    def _parameters(self, point: int, of_sample: int) -> str:
        """Canonical form of the parameters at a point of the design and one of the sample."""

        def form() -> str:
            sampled, designed = self.parameters.sample.parameters(of_sample), self.design.parameters(point)
            return parameters_text({**self._differing, **sampled, **designed})

        return _kept(self._latest_parameters, (point, of_sample), form)

    def _policies(self, point: int) -> tuple[str | Policy, ...]:
        """Canonical forms of policies at a point; one that is not the same in all seeds is left as it is."""

        def forms() -> tuple[str | Policy, ...]:
            levers = self.design.levers(point)
            policies = (with_levers(policy, levers) for policy in self.policies)
            return tuple(policy if is_mixed(policy) else policy_text(policy) for policy in policies)

        return _kept(self._latest_policies, point, forms)


def _kept[At, Form](latest: dict[At, Form], at: At, form: Callable[[], Form]) -> Form:
    """A canonical form; the latest is kept, as families come in order."""
    if at not in latest:
        latest.clear()
        latest[at] = form()
    return latest[at]


def with_levers(policy: Policy, levers: Mapping[str, Value]) -> Policy:
    """A policy with some levers at other values, dated as they were; the baseline has no levers to change."""
    if not levers or policy.name == BASELINE.name:
        return policy
    dates = {name: policy.levers.get(name, Dated(value)) for name, value in levers.items()}
    changed = {name: Dated(value, dates[name].start, dates[name].end) for name, value in levers.items()}
    return replace(policy, levers={**policy.levers, **changed})
