"""Rows: a row is one run, and is named by its content, so that no experiment computes one twice.

A row is (parameters, policy, population, seed). Its name is a hash of these in a canonical form, and of the
model's code and version; what people call the policy or the population is no part of it. Parameters and
levers at their defaults are left out of the canonical form: the code that is hashed declares them.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np

from experiments.rows.versions import program_version
from model.domains import Value
from model.machine.compiling import code_digest
from model.parameters import DECLARATIONS
from model.policy import Dated, Policy
from model.population import COUNCIL_SITE, UNIVERSITY_SITE, Population

#: What people call a population and its parts.
_NAMES = ("name", "places", "council_names", "university_names", "authorities")

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Row:
    """One run, in canonical form.

    Attributes:
        parameters: those that differ from their defaults, as JSON.
        policy: the levers that differ from their defaults, each [value, start, end], as JSON.
        population: the key of the population.
        seed: names its luck.
    """

    parameters: str
    policy: str
    population: str
    seed: int

    @property
    def name(self) -> str:
        """Hash of the row, and of the model's code and version: 32 hexadecimal digits."""
        (name,) = names_of(self.parameters, self.policy, self.population, [self.seed])
        return name


def names_of(parameters: str, policy: str, population: str, seeds: Iterable[int]) -> list[str]:
    """Names of the rows that are told by these parts, one a seed."""
    text = f"{model_version()}\n{parameters}\n{policy}\n{population}\n"
    begun, names = hashlib.blake2b(text.encode(), digest_size=16), []
    for seed in seeds:
        (digest := begun.copy()).update(b"%d" % seed)
        names.append(digest.hexdigest())
    return names


@cache
def model_version() -> str:
    """What the model's results depend on beside the row: its version and its code."""
    return f"{program_version()} {code_digest()}"


def parameters_text(parameters: Mapping[str, Value]) -> str:
    """Canonical form of parameters."""
    return _json({name: value for name, value in parameters.items() if differs(name, value)})


def parameters_of(text: str) -> dict[str, Value]:
    """The parameters of a canonical form.

    Raises:
        ValueError: if it is none.
    """
    if not isinstance(parameters := json.loads(text), dict):
        raise ValueError(f"{text} does not say what each parameter is")
    return parameters


def policy_text(policy: Policy) -> str:
    """Canonical form of a policy."""
    levers = policy.levers.items()
    return _json({name: [d.value, d.start, d.end] for name, d in levers if differs(name, d.value)})


def policy_of(text: str, name: str = "") -> Policy:
    """The policy of a canonical form."""
    return Policy(name, {lever: Dated(*dated) for lever, dated in json.loads(text).items()})


def differs(name: str, value: Value) -> bool:
    """Whether a parameter or lever is not at its default."""
    return value != DECLARATIONS[name].default


def _json(content: Any) -> str:
    return _ENCODER.encode(content)


def population_key(population: Population) -> str:
    """Hash of all of a population but its names: whatever else it may come to hold counts."""
    content = {name: value for name, value in _content(population).items() if name not in _NAMES}
    text = _json({**content, "n_places": len(population.places)})
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def population_text(population: Population) -> str:
    """All of a population, as JSON."""
    return _json(_content(population))


def _content(population: Population) -> dict[str, Any]:
    content = ((field.name, getattr(population, field.name)) for field in fields(population))
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in content}


def population_of(text: str) -> Population:
    """The population of its JSON."""
    given = json.loads(text)
    for sites, kind in (("councils", COUNCIL_SITE), ("universities", UNIVERSITY_SITE)):
        given[sites] = np.array([tuple(site) for site in given[sites]], kind)
    for name, value in given.items():
        given[name] = tuple(value) if isinstance(value, list) else value
    return Population(**given)


@dataclass(frozen=True)
class Family:
    """Rows that share all but levers, and so the warm-up, which is simulated once for all."""

    rows: tuple[Row, ...]
