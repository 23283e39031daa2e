"""A small plan, and a program that fills a store with it, for tests that kill the program."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from experiments.design.assumed import Assumed
from experiments.design.chosen import SINGLE
from experiments.rows.plan import Plan
from experiments.rows.store import Store
from experiments.running.filling import Filled, Filler
from experiments.running.local import Local
from model.policy import policy_from
from model.population import lattice

PARAMETERS = {"warmup": 6, "horizon": 24}
POLICIES = (policy_from("baseline", {}), policy_from("posts", {"joint_posts": 3}))


def plan(seeds: int = 800) -> Plan:
    return Plan(Assumed(PARAMETERS), POLICIES, lattice(2, name="two_places"), SINGLE, range(seeds))


def fill(folder: Path, small: Plan, rows_a_batch: int = 20, workers: int = 2) -> Filled:
    filler = Filler(Store(folder), Local(workers))
    seconds_a_row = 2.0 / rows_a_batch / workers
    return filler.fill(small, filler.missing(small), seconds_a_row)


def contents(folder: Path, small: Plan) -> pd.DataFrame:
    """Every row of the plan, all that is kept of it, in the plan's order, floats as their bits."""
    store, names = Store(folder), small.names(range(small.n_families))
    table = store.rows.read(names).to_pandas()
    floats = list(table.select_dtypes("float"))
    table[floats] = table[floats].to_numpy().view("i8")
    table["months"] = [series.tobytes() + spells.tobytes() for series, spells in store.details(names)]
    return table


if __name__ == "__main__":
    with TemporaryDirectory() as warm_up:
        fill(Path(warm_up), plan(1))
    print("ready", flush=True)
    sys.stdin.readline()
    print(fill(Path(sys.argv[1]), plan()).n_run, flush=True)
