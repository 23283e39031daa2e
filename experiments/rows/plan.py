"""Plan: the rows of an experiment - every point of its design, under every policy, with every seed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, groupby

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
        parameters: those that hold at every point that does not say otherwise.
        policies: what is run at every point.
        population: where.
        design: the points.
        seeds: the luck of each run. Points of one block of the design share it; further blocks have seeds of
            their own, so that blocks are independent.
    """

    parameters: Mapping[str, Value]
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
        point, replicate = divmod(index, len(self.seeds))
        parameters, policies = self._at(point)
        seed = self.seed(point, replicate)
        forms = (each if isinstance(each, str) else policy_text(in_seed(each, seed)) for each in policies)
        return Family(tuple(Row(parameters, form, self._key, seed) for form in forms))

    def sharing(self, families: Iterable[int]) -> list[list[int]]:
        """Some families, in order, with those together that share a warm-up, differing in levers only."""
        if not any(factor.is_lever for factor in self.design.factors):
            return [[index] for index in families]
        begun: dict[tuple[str, int], list[int]] = {}
        for index in families:
            point, replicate = divmod(index, len(self.seeds))
            begun.setdefault((self._at(point)[0], self.seed(point, replicate)), []).append(index)
        return [*begun.values()]

    def names(self, families: Sequence[int] | range) -> list[str]:
        """Names of the rows of some families, in order."""
        named: list[str] = []
        for point, some in groupby(families, lambda index: index // len(self.seeds)):
            parameters, policies = self._at(point)
            seeds = [self.seed(point, index % len(self.seeds)) for index in some]
            by_policy = [self._names(parameters, policy, seeds) for policy in policies]
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
        """Parameters that are not at their defaults, of those that hold at every point."""
        return {name: value for name, value in self.parameters.items() if differs(name, value)}

    @cached_property
    def _latest(self) -> dict[int, tuple[str, tuple[str | Policy, ...]]]:
        return {}

    def _names(self, parameters: str, policy: str | Policy, seeds: Sequence[int]) -> list[str]:
        if isinstance(policy, str):
            return names_of(parameters, policy, self._key, seeds)
        return [Row(parameters, policy_text(in_seed(policy, seed)), self._key, seed).name for seed in seeds]

    def _at(self, point: int) -> tuple[str, tuple[str | Policy, ...]]:
        """Canonical forms of parameters and policies at a point; the latest is kept for its seeds.

        A policy that is not the same in all seeds is left as it is.
        """
        if point not in self._latest:
            parameters = parameters_text({**self._differing, **self.design.parameters(point)})
            levers = self.design.levers(point)
            policies = (with_levers(policy, levers) for policy in self.policies)
            forms = (policy if is_mixed(policy) else policy_text(policy) for policy in policies)
            self._latest.clear()
            self._latest[point] = (parameters, tuple(forms))
        return self._latest[point]


def with_levers(policy: Policy, levers: Mapping[str, Value]) -> Policy:
    """A policy with some levers at other values, dated as they were; the baseline has no levers to change."""
    if not levers or policy.name == BASELINE.name:
        return policy
    dates = {name: policy.levers.get(name, Dated(value)) for name, value in levers.items()}
    changed = {name: Dated(value, dates[name].start, dates[name].end) for name, value in levers.items()}
    return replace(policy, levers={**policy.levers, **changed})
