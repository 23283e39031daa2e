"""Measured speed of experiments, side by side: `make bench`, or `python -m tests.bench_experiments`.

The runner against nothing but the runs themselves; against `mesa.batch_run` and the EMA workbench on the
same model and design; its memory and files from 1,000 to 100,000 rows; what a policy's effect to a wanted
precision takes, against a loop of the plain-Mesa reference over seeds of its own; and what Hydra alone
would take to start as many jobs as a Sobol study has rows.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mesa
from rich.console import Console
from rich.table import Table

from analysis.statistics.controls import freed
from experiments.design.assumed import Assumed
from experiments.design.chosen import SINGLE
from experiments.design.kinds import design_from
from experiments.design.points import Design
from experiments.rows.plan import Plan
from experiments.rows.results import values_of
from experiments.rows.store import Store
from experiments.running.engine import cores
from experiments.running.filling import Filler
from experiments.running.local import Local
from model.domains import Value
from model.measures import moved_by
from model.model import PartnershipModel
from model.names import named
from model.parameters import parameters_from
from model.policy import BASELINE
from model.population import Population, lattice
from model.simulation import run
from tests.reference import ReferenceModel

ROOT = Path(__file__).parents[1]
PAIRS, ROWS_A_PAIR = 5, 2000
SOBOL_ROWS = 512 * 14 * 10
HYDRA_JOBS = 20
DESIGN = {"kind": "latin_hypercube", "n": 60, "factors": ["search_rate", "embed_rate", "need_rate"]}
SEEDS = 5
INDICATOR = "mean_strategic"
#: A question: what are joint posts worth, to ± so many strategic partnerships? It is measured on a part.
POLICY, HALF_WIDTH = "joint_posts", 0.1
EFFECT_SEEDS, REFERENCE_RUNS = 400, 5
#: Fills a store with runs so short that the runner is most of the work; then says what it needed.
MANY_ROWS = """
import sys
from pathlib import Path
from tests.bench_experiments import fill
from model.population import lattice
n = int(sys.argv[1])
fill(Path(sys.argv[2]), {"warmup": 1, "horizon": 12}, lattice(1), range(n))
status = Path("/proc/self/status").read_text()  # getrusage would count what the parent had when it forked
print(int(status.partition("VmHWM:")[2].split()[0]) // 1024)
"""
HYDRA = """
import sys
import hydra
@hydra.main(version_base="1.3", config_path={conf!r}, config_name="config")
def job(settings):
    pass
sys.argv = ["job", "-m", "seeds=range(1,{jobs})", "hydra.sweep.dir={folder}"]
job()
"""


def seconds(work: Callable[[], object]) -> float:
    """Seconds that some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def core_seconds(work: Callable[[], object]) -> float:
    """Seconds of processors' time that some work takes in this process, whatever else the machine does."""
    start = time.process_time()
    work()
    return time.process_time() - start


def fill(
    folder: Path,
    parameters: Mapping[str, Value],
    population: Population,
    seeds: range,
    design: Design = SINGLE,
) -> Store:
    """Fill a store with runs of the baseline, as an experiment does."""
    plan = Plan(Assumed(parameters), (BASELINE,), population, design, seeds)
    filler = Filler(Store(folder), Local(cores()))
    filler.fill(plan, filler.missing(plan), 0.005 / cores())
    return filler.store


def overhead(seeds: range) -> float:
    """Time of the runner over that of the runs alone on as many threads."""
    population = lattice()

    def alone(half: range) -> None:
        with ThreadPoolExecutor(cores()) as pool:
            list(pool.map(lambda seed: run(population=population, seed=seed), half))

    # One half before the runner and one after it, as machines' speed drifts.
    first = seconds(lambda: alone(seeds[::2]))
    with tempfile.TemporaryDirectory() as folder:
        runner = seconds(lambda: fill(Path(folder), {}, population, seeds))
    return runner / (first + seconds(lambda: alone(seeds[1::2])))


def many_rows(n: int) -> tuple[int, int]:
    """MB that a process needs to fill a store with n rows, and the files that they take."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", MANY_ROWS, str(n), folder]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        files = sum(len(names) for _, _, names in os.walk(folder))
    return int(done.stdout), files


class BatchModel(PartnershipModel):
    """The model as `mesa.batch_run` makes it, with what it is to collect."""

    def __init__(self, point: Mapping[str, Value], seed: int) -> None:
        super().__init__(parameters=point, seed=seed)
        self.datacollector = mesa.DataCollector({INDICATOR: lambda model: model.measured("strategic")})


def by_mesa(design: Design) -> None:
    """The design by Mesa's own runner."""
    points = [design.parameters(point) for point in range(len(design))]
    mesa.batch_run(
        BatchModel,
        {"point": points},
        number_processes=cores(),
        rng=list(range(SEEDS)),
        display_progress=False,
    )


def strategic(search_rate: float, embed_rate: float, need_rate: float) -> dict[str, float]:
    """Mean over seeds, as the EMA workbench's users do it within a run of theirs."""
    point = {"search_rate": search_rate, "embed_rate": embed_rate, "need_rate": need_rate}
    runs = [run(point, seed=seed).indicators[INDICATOR] for seed in range(SEEDS)]
    return {INDICATOR: statistics.mean(runs)}


def by_workbench(design: Design) -> None:
    """As many points of the same ranges by the EMA workbench's evaluator."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ema_workbench as ema

    model = ema.Model("partnerships", function=strategic)
    model.uncertainties = [ema.RealParameter(each.name, each.low, each.high) for each in design.factors]
    model.outcomes = [ema.ScalarOutcome(INDICATOR)]
    with ema.MultiprocessingEvaluator(model, n_processes=cores()) as evaluator:
        evaluator.perform_experiments(scenarios=len(design))


def by_runner(design: Design) -> None:
    """The design by this project's runner."""
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), {}, lattice(), range(SEEDS), design)


def price_of_an_effect() -> tuple[float, float]:
    """Core-seconds for a policy's effect to ± HALF_WIDTH, by this program and by a loop of plain Mesa.

    Neither is run to the end. Each takes (1.96 / HALF_WIDTH)^2 times the variance of what it averages: here
    differences on shared seeds freed of luck, in the loop levels of both policies on seeds of their own. That
    times the seconds of a seed, measured in turn: of the whole runner on one core, and of the reference.
    """
    policies = (BASELINE, named("policy", POLICY))
    plan = Plan(Assumed({}), policies, lattice(), SINGLE, range(EFFECT_SEEDS))
    times, parameters = [], parameters_from()
    with tempfile.TemporaryDirectory() as folder:
        filler = Filler(Store(Path(folder)), Local(1))
        ours = core_seconds(lambda: filler.fill(plan, filler.missing(plan), 0.005))
        values = values_of(filler.store, plan, [INDICATOR, *moved_by()[INDICATOR]])[0]
    for seed in range(REFERENCE_RUNS):
        for policy in policies:
            times.append(core_seconds(ReferenceModel(parameters, policy, lattice(), seed).run))
    apart = values[:, 1] - values[:, 0]
    shared = freed(apart[:, 0], apart[:, 1:]).var(ddof=1)
    own = values[:, :, 0].var(axis=0, ddof=1).sum()
    needed = (1.96 / HALF_WIDTH) ** 2
    return needed * shared * ours / EFFECT_SEEDS, needed * own * 2 * statistics.mean(times)


def hydra_a_job() -> float:
    """Seconds that Hydra takes to start a job that does nothing."""
    with tempfile.TemporaryDirectory() as folder:
        code = [HYDRA.format(conf=str(ROOT / "conf"), jobs=n, folder=folder) for n in (2, HYDRA_JOBS + 2)]
        one, more = (
            seconds(
                lambda c=c: subprocess.run(
                    [sys.executable, "-c", c], cwd=ROOT, check=True, capture_output=True
                )
            )
            for c in code
        )
    return (more - one) / HYDRA_JOBS


def main() -> None:
    """Measure everything and show a table."""
    table = Table("what", "measured", title=f"Experiments, {cores()} cores")
    run()  # compiled before anything is timed
    ratios = [overhead(range(pair * ROWS_A_PAIR, (pair + 1) * ROWS_A_PAIR)) for pair in range(PAIRS)]
    spread = f"{min(ratios) - 1:+.1%} to {max(ratios) - 1:+.1%} in {PAIRS} pairs"
    table.add_row(
        f"runner, {PAIRS * ROWS_A_PAIR:,} default rows, over the runs alone",
        f"{statistics.median(ratios) - 1:+.1%} ({spread})",
    )
    for n in (1000, 10_000, 100_000):
        memory, files = many_rows(n)
        table.add_row(f"{n:,} rows", f"{memory} MB at its most, {files} files")
    design = design_from(DESIGN)
    names = {"this runner": by_runner, "mesa.batch_run": by_mesa, "EMA workbench": by_workbench}
    times = {
        name: [seconds(lambda work=work: work(design)) for _ in range(3)] for name, work in names.items()
    }
    for name, each in times.items():
        table.add_row(f"{len(design)} points x {SEEDS} seeds, {name}", f"{statistics.median(each):.1f} s")
    ours, plain = price_of_an_effect()
    table.add_row(
        f"{POLICY}' effect on {INDICATOR} to ±{HALF_WIDTH}, in core-seconds (extrapolated by variance)",
        f"{ours:.2f}; plain Mesa on seeds of its own {plain:,.0f}: {plain / ours:,.0f} times as many",
    )
    job = hydra_a_job()
    table.add_row(
        "Hydra's own multirun, a job that does nothing",
        f"{job:.2f} s; {job * SOBOL_ROWS / 3600:.1f} h for the {SOBOL_ROWS:,} rows of experiment=sobol",
    )
    Console().print(table)


if __name__ == "__main__":
    main()
