"""Measured speed of experiments, side by side: `make bench`, or `python -m tests.bench_experiments`.

The runner against nothing but the runs themselves; against `mesa.batch_run` and the EMA workbench on the
same model and design; its memory and files from 1,000 to 100,000 rows; and what Hydra alone would take to
start as many jobs as a Sobol study has rows.
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

from experiments.design.chosen import SINGLE
from experiments.design.kinds import design_from
from experiments.design.points import Design
from experiments.rows.plan import Plan
from experiments.rows.store import Store
from experiments.running.engine import cores
from experiments.running.filling import Filler
from experiments.running.local import Local
from model.domains import Value
from model.model import PartnershipModel
from model.policy import BASELINE
from model.population import Population, lattice
from model.simulation import run

ROOT = Path(__file__).parents[1]
PAIRS, ROWS_A_PAIR = 5, 2000
SOBOL_ROWS = 512 * 14 * 10
HYDRA_JOBS = 20
DESIGN = {"kind": "latin_hypercube", "n": 60, "factors": ["search_rate", "embed_rate", "need_rate"]}
SEEDS = 5
INDICATOR = "mean_strategic"
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


def fill(
    folder: Path,
    parameters: Mapping[str, Value],
    population: Population,
    seeds: range,
    design: Design = SINGLE,
) -> Store:
    """Fill a store with runs of the baseline, as an experiment does."""
    plan = Plan(parameters, (BASELINE,), population, design, seeds)
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
    job = hydra_a_job()
    table.add_row(
        "Hydra's own multirun, a job that does nothing",
        f"{job:.2f} s; {job * SOBOL_ROWS / 3600:.1f} h for the {SOBOL_ROWS:,} rows of experiment=sobol",
    )
    Console().print(table)


if __name__ == "__main__":
    main()
