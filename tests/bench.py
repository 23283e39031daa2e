"""Measured speed, side by side in one run: `make bench`, or `python -m tests.bench`.

Machines are noisy, so what counts are ratios of things measured in turn, pair by pair, and medians
of them; seconds are only shown.
"""

import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numba
import yaml
from rich.console import Console
from rich.table import Table

from experiments.command.populations import population_from
from model.parameters import parameters_from
from model.policy import BASELINE
from model.population import Population, lattice
from model.simulation import Simulation, run
from tests.reference import ReferenceModel

PAIRS = 5
RUNS_A_PAIR = 40
PLACES = (9, 36, 144, 576)
ROOT = Path(__file__).parents[1]
SINGLE_RUN = "from model.simulation import run; run()"
SWEEP = """
import time
from model.simulation import run
run()
start = time.perf_counter()
for seed in range(300):
    run(seed=seed)
print(time.perf_counter() - start)
"""
HELP = "import sys; from experiments.main import main; sys.exit(main(['--help']))"


def seconds(work: Callable[[], object]) -> float:
    """Seconds that some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def against_reference() -> tuple[float, float, list[float]]:
    """Median seconds of a default run, compiled and in plain Mesa, and their ratios pair by pair."""
    population, parameters = lattice(), parameters_from()
    pairs = []
    for pair in range(PAIRS):
        seeds = range(pair * RUNS_A_PAIR, (pair + 1) * RUNS_A_PAIR)
        # The population is drawn anew in every run; a first half and a second half enclose the reference.
        first = seconds(lambda seeds=seeds: [run(seed=seed) for seed in seeds[::2]])
        plain = seconds(lambda pair=pair: ReferenceModel(parameters, BASELINE, population, pair).run())
        second = seconds(lambda seeds=seeds: [run(seed=seed) for seed in seeds[1::2]])
        pairs.append(((first + second) / RUNS_A_PAIR, plain))
    ratios = [plain / compiled for compiled, plain in pairs]
    return statistics.median(c for c, _ in pairs), statistics.median(p for _, p in pairs), ratios


def forking() -> float:
    """Processor's time of forking a warm-up over that of the horizon which follows, in the median."""
    warm = Simulation(population=lattice(), seed=0)
    warm.advance(int(warm.parameters["warmup"]))
    shares = []
    for _ in range(PAIRS * RUNS_A_PAIR):
        started = time.process_time()
        fork = warm.fork(BASELINE)
        forked = time.process_time()
        fork.advance()
        shares.append((forked - started) / (time.process_time() - forked))
    return statistics.median(shares)


def growth() -> tuple[dict[int, float], float]:
    """Median seconds a run by number of places, and the exponent between the smallest and the largest."""
    populations = {places: lattice(places) for places in PLACES}
    times: dict[int, list[float]] = {places: [] for places in PLACES}
    for seed in range(3):
        for places, population in populations.items():
            repeats = max(1, PLACES[-1] // places // 8)
            took = seconds(
                lambda p=population, s=seed, n=repeats: [run(None, BASELINE, p, s) for _ in range(n)]
            )
            times[places].append(took / repeats)
    medians = {places: statistics.median(each) for places, each in times.items()}
    exponent = math.log(medians[PLACES[-1]] / medians[PLACES[0]]) / math.log(PLACES[-1] / PLACES[0])
    return medians, exponent


@numba.njit(nogil=True)
def compute(n: int) -> float:
    """Arithmetic that needs neither memory nor Python, only a processor's core."""
    x = 0.5
    for _ in range(n):
        x = 3.9 * x * (1.0 - x)
    return x


def gain(work: Callable[[int], object], items: int) -> float:
    """How many times as fast two threads are as one."""

    def sweep(workers: int) -> None:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(work, range(items)))

    return seconds(lambda: sweep(1)) / seconds(lambda: sweep(2))


def threads() -> tuple[list[float], list[float]]:
    """Gains of two threads, pair by pair: in runs, and in pure arithmetic, the most the machine can give."""
    compute(1)
    pairs = [
        (gain(lambda seed: run(seed=seed), 60), gain(lambda _: compute(2_000_000), 60)) for _ in range(PAIRS)
    ]
    return [runs for runs, _ in pairs], [most for _, most in pairs]


def processes() -> float:
    """How many times as fast two processes are as one: what the machine can give two that share nothing."""
    command = [sys.executable, "-c", SWEEP]

    def start() -> subprocess.Popen:
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def took(process: subprocess.Popen) -> float:
        return float(process.communicate()[0])

    alone = took(start())
    pair = [start(), start()]
    return 2 * alone / max(took(process) for process in pair)


def uk() -> Population:
    """The United Kingdom, as `population=uk` has it."""
    return population_from(yaml.safe_load((ROOT / "conf/population/uk.yaml").read_text()))


def program(code: str, cache: str | None = None) -> float:
    """Seconds that a new process takes."""
    environment = os.environ | ({"NUMBA_CACHE_DIR": cache} if cache else {})
    command = [sys.executable, "-c", code]
    return seconds(
        lambda: subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    )


def peak_memory(whose: int = resource.RUSAGE_SELF) -> float:
    """MB that this process has needed at its most, or the most that one of those it started has."""
    return resource.getrusage(whose).ru_maxrss / 1024


def main() -> None:
    """Measure everything and show a table."""
    table = Table("what", "measured", title="Speed")
    with tempfile.TemporaryDirectory() as cache:
        took, memory = program(SINGLE_RUN, cache), peak_memory(resource.RUSAGE_CHILDREN)
        table.add_row("first start, compiling", f"{took:.1f} s, {memory:.0f} MB at its most")
        table.add_row("later start and one run", f"{program(SINGLE_RUN, cache):.1f} s")
    program(SINGLE_RUN)  # compiled before anything is measured here, and elsewhere: it takes memory
    run()  # loaded
    table.add_row("towngown --help", f"{program(HELP):.2f} s")
    compiled, plain, ratios = against_reference()
    table.add_row("default run, compiled", f"{compiled * 1e3:.1f} ms")
    table.add_row("default run, plain Mesa", f"{plain:.2f} s")
    spread = f"({min(ratios):.0f} to {max(ratios):.0f} in {PAIRS} pairs)"
    table.add_row("  times as fast", f"{statistics.median(ratios):.0f} {spread}")
    table.add_row("a fork, of the horizon that follows", f"{forking():.1%}")
    in_runs, in_arithmetic = threads()
    for what, gains in (("two threads against one", in_runs), ("  in pure arithmetic", in_arithmetic)):
        table.add_row(what, f"{statistics.median(gains):.2f} ({min(gains):.2f} to {max(gains):.2f})")
    table.add_row("two processes against one", f"{processes():.2f}")
    country = uk()
    run(None, BASELINE, country, 0)
    took = statistics.median(seconds(lambda s=s: run(None, BASELINE, country, s)) for s in range(3))
    table.add_row(
        f"uk ({country.n_researchers:,} researchers)", f"{took:.2f} s, {peak_memory():.0f} MB at its most"
    )
    medians, exponent = growth()
    for places, median in medians.items():
        table.add_row(f"{places} places", f"{median * 1e3:.0f} ms a run")
    table.add_row("  grows as agents to the power", f"{exponent:.2f}")
    table.add_row("memory at its most, 576 places included", f"{peak_memory():.0f} MB")
    Console().print(table)


if __name__ == "__main__":
    main()
