"""What each trick of compiling buys: `make bench`, or `python -m tests.bench_tricks`.

One process a trick left out runs the same seeds in turn, round by round; what counts is the median of its
ratios to the process that leaves out none (and their quartiles: a busy machine spreads them widely).
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from model.machine.compiling import TRICKS

ROUNDS = 25
RUNS = {"nine places": 20, "uk": 1}
WORKER = "from tests.bench_tricks import work; work()"


def work() -> None:
    """Run seeds whenever a line of input asks for them, and print the processor's seconds that they took."""
    from model.policy import BASELINE
    from model.simulation import NINE_PLACES, run
    from tests.bench import uk

    populations = {"nine places": NINE_PLACES, "uk": uk()}
    for line in sys.stdin:
        population, start = populations[line.strip()], time.process_time()
        for seed in range(RUNS[line.strip()]):
            run(None, BASELINE, population, seed)
        print(time.process_time() - start, flush=True)


def started(left_out: str) -> subprocess.Popen:
    """A process that does without one trick, or some."""
    return subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=Path(__file__).parents[1],
        env=os.environ | {"TOWNGOWN_SAFE": left_out},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def measured(worker: subprocess.Popen, what: str) -> float:
    """Seconds that a process takes for one round."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    print(what, file=worker.stdin, flush=True)
    return float(worker.stdout.readline())


def main(modes: list[str]) -> None:
    """Measure the tricks one by one (those that are named, or all) and show a table."""
    workers = {mode: started(mode) for mode in ["", *modes]}
    table = Table("left out", *RUNS, "what it is", title="Times as long")
    ratios: dict[tuple[str, str], list[float]] = {(mode, what): [] for mode in modes for what in RUNS}
    for worker in workers.values():  # each compiles, one after the other: it takes memory
        for what in RUNS:
            measured(worker, what)
    for _ in range(ROUNDS):
        for what in RUNS:
            took = {mode: measured(worker, what) for mode, worker in workers.items()}
            for mode in modes:
                ratios[mode, what].append(took[mode] / took[""])
    for mode in modes:
        quartiles = [statistics.quantiles(ratios[mode, what]) for what in RUNS]
        cells = [f"{median:.2f} ({low:.2f} to {high:.2f})" for low, median, high in quartiles]
        table.add_row(mode, *cells, TRICKS.get(mode, "all of them, or several"))
    for worker in workers.values():
        worker.communicate()
    Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1:] or [*TRICKS, "1"])
