"""However a run is computed, its numbers are the same, bit for bit."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from model import arrays, measures, parameters, population
from model.machine import memory
from model.policy import BASELINE, policy_from
from model.simulation import Simulation, compare, run
from tests.model.worlds import ALGORITHMS, ALL_LEVERS, EVERYTHING, SHORT, SMALL, bits, digests, finished

ROOT = Path(__file__).parents[2]
POLICIES = [
    BASELINE,
    EVERYTHING,
    policy_from("some months", {"phds": {"value": 24, "start": 3, "end": 15}, "brokers": 2.5}),
    policy_from("optimal", {"match_interval": 2, "match_algorithm": "optimal"}),
]


def test_compilation_off():
    """The rules are plain Python; compiled or not, they reckon the same, warnings counted as errors."""
    script = "from tests.model.worlds import print_digests; print_digests()"
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)}
    plain = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert plain.returncode == 0, plain.stderr
    assert json.loads(plain.stdout) == digests()


@pytest.mark.parametrize("module", [arrays, measures, parameters, population], ids=lambda m: m.__name__)
def test_columns_are_not_hidden(module):
    """In plain Python a column named like an attribute of NumPy's records would be that attribute."""
    records = [each for each in vars(module).values() if isinstance(each, np.dtype) and each.names]
    assert records
    for record in records:
        assert not set(record.names) & set(dir(np.record))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_month_by_month(algorithm):
    policy = policy_from(algorithm, ALL_LEVERS | {"match_algorithm": algorithm})
    stepped = Simulation(SHORT, policy, SMALL, histories=True)
    while stepped.month < stepped.end:
        stepped.advance(1)
    assert bits(stepped.result()) == bits(finished(policy=policy).result())


def test_again():
    assert bits(finished(seed=5).result()) == bits(finished(seed=5).result())
    assert bits(finished(seed=5).result()) != bits(finished(seed=6).result())


def test_compare_is_run():
    """A forked warm-up gives what a run of one's own gives, whichever policies share it."""
    together = compare(SHORT, POLICIES, SMALL, seed=3, histories=True)
    for policy, forked in zip(POLICIES, together, strict=True):
        assert bits(forked) == bits(run(SHORT, policy, SMALL, seed=3, histories=True)), policy.name


def test_fork_leaves_its_parent_alone():
    parent = Simulation(SHORT, EVERYTHING, SMALL, seed=3, histories=True)
    parent.advance(SHORT["warmup"])
    parent.fork(BASELINE).advance()
    parent.advance()
    assert bits(parent.result()) == bits(run(SHORT, EVERYTHING, SMALL, seed=3, histories=True))


@pytest.mark.parametrize("algorithm", ["best_fit", "optimal"])
def test_room(algorithm):
    """A run that outgrows its tables is repeated in larger ones, and none is the wiser."""
    policy = policy_from(algorithm, ALL_LEVERS | {"match_algorithm": algorithm})
    cramped = Simulation(SHORT, policy, SMALL, seed=1, histories=True)
    cramped._room = 0.01
    cramped._begin()
    cramped.advance()
    assert cramped._room > 0.01
    assert bits(cramped.result()) == bits(finished(policy=policy, seed=1).result())


def test_room_of_a_fork():
    longer = SHORT | {"warmup": 6, "horizon": 60}
    warm = Simulation(longer, BASELINE, SMALL, seed=1, histories=True)
    warm._room = 0.01
    warm._begin()
    warm.advance(longer["warmup"])
    before = warm._room
    fork = warm.fork(EVERYTHING)
    fork.advance()
    assert fork._room > before, "the fork was meant to outgrow its tables"
    assert bits(fork.result()) == bits(finished(longer, seed=1).result())


@pytest.mark.parametrize("fill", [0, 255])
def test_memory_that_is_used_again_leaves_no_trace(fill):
    """Worlds of several sizes, and their forks, in memory that held another, or anything."""
    worlds = [
        (SMALL, BASELINE),
        (population.lattice(4), POLICIES[-1]),
        (SMALL, EVERYTHING),
        (SMALL, BASELINE),
    ]
    runs = [
        lambda p=p, policy=policy: compare(SHORT, [policy, BASELINE], p, seed=3, histories=True)
        for p, policy in worlds
    ]
    fresh = []
    for each in runs:
        memory._spare.blocks.clear()
        fresh.append(list(map(bits, each())))
    memory._spare.blocks.clear()
    for each, expected in zip(runs, fresh, strict=True):
        for block in memory._spare.blocks:
            block.memory[:] = fill
        assert list(map(bits, each())) == expected
        assert memory._spare.blocks


def test_threads():
    def one(seed):
        return bits(run(SHORT, POLICIES[seed % len(POLICIES)], seed=seed))

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(one, range(12))) == [one(seed) for seed in range(12)]


def test_a_run_is_let_go():
    """Compiled rules give back the tables they borrow, or a sweep's memory would grow with its runs."""
    simulation = Simulation(SHORT, EVERYTHING, SMALL, seed=1)
    tables = [arrays.array_of(table) for table in simulation.world]
    before = [sys.getrefcount(table) for table in (*simulation.world, *tables)]
    for _ in range(SHORT["warmup"]):
        simulation.advance(1)
    assert [sys.getrefcount(table) for table in (*simulation.world, *tables)] == before


@pytest.mark.parametrize(
    "look",
    [
        lambda world: world,
        lambda world: world.clock,
        lambda world: world.councils,
        lambda world: world.councils[3],
        lambda world: world.ties["stage"][3:],
    ],
)
def test_tables_that_somebody_looks_at_stay_as_they_are(look):
    """The next run takes over the tables of one that is gone, unless some of them are still in sight."""
    warm = Simulation(SHORT, seed=1)
    warm.advance(SHORT["warmup"])
    looked_at = look(warm.fork(EVERYTHING).world)
    tables = looked_at if isinstance(looked_at, tuple) else (looked_at,)
    before = [repr(arrays.array_of(table).tolist()) for table in tables]
    warm.fork(EVERYTHING).advance()
    assert [repr(arrays.array_of(table).tolist()) for table in tables] == before


def test_tables_serve_the_next_run():
    warm = Simulation(SHORT, seed=1)
    address = warm.fork(EVERYTHING).world.ties.ctypes.data
    assert warm.fork(EVERYTHING).world.ties.ctypes.data == address
