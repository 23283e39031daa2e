"""Measured speed of the page, as a person waits for it: `make bench`, or `python -m tests.bench_page`.

How long it takes from the start of the program until the page is painted for the first time, in a browser
without a window if there is one; then, with an empty store and as a tab hears it, how long each move takes to
a first answer, to one of every policy, and to a solid one (half an interval under a tenth of what there is).
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

ROOT = Path(__file__).parents[1]
PROGRAM = "import sys; from experiments.main import main; sys.exit(main(sys.argv[1:]))"
STARTS = 5
PATIENCE = 120
#: What somebody does, one thing after the other, and the link of it.
MOVES = {
    "the first page, while the model is loaded": "",
    "a slider, on worlds that are there": "policy.joint_posts=20",
    "another policy": "policies=phds,brokers,joint_posts,matchmaking",
    "a parameter: wholly new worlds": "parameters.austerity=0.05",
    "another, and eight policies": (
        "parameters.need_rate=0.5&policies=phds,brokers,joint_posts,matchmaking,bridging,seed_money,secondments"
        "&policy.structures=0.5"
    ),
    "the whole country": "population=uk",
    "a slider, in the whole country": "population=uk&policy.joint_posts=100",
    "a parameter, in the whole country": "population=uk&parameters.austerity=0.05",
    "a slider that keeps to a budget": "policy.joint_posts=30&policy.brokers=2&budget=300&keep=on",
    "the same in the whole country": "population=uk&policy.joint_posts=30&budget=300&keep=on",
    "back to the first page": "",
}
MOVED = "policy.joint_posts"
SOLID = ("Solid", "other assumptions", "Done")
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]"


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, float]]:
    """The program, started anew; its address, and when that was by the clock."""
    command = [sys.executable, "-c", PROGRAM, "page", "port=0", "open=false"]
    folders = [f"store={folder / 'store'}", f"results={folder}"]
    began = time.time()
    with subprocess.Popen([*command, *folders], stdout=subprocess.PIPE, text=True, cwd=ROOT) as program:
        try:
            assert program.stdout
            yield program.stdout.readline().split()[-1], began
        finally:
            program.terminate()


def answered(tab: ClientConnection, query: str) -> tuple[float, float, float | None]:
    """Seconds to a first answer, to one of every policy, and to a solid one; None if there is none."""
    began, status, has_turned = time.perf_counter(), "", False
    first = of_all = 0.0
    tab.send(json.dumps({"query": query, "moved": MOVED if "keep" in query else ""}))
    while True:
        said = json.loads(tab.recv(PATIENCE))
        has_turned = has_turned or "query" in said
        shown = said.get("fragments", {})
        status, now = shown.get("status", status), time.perf_counter() - began
        if has_turned and "<tr>" in shown.get("table", ""):
            first = first or now
            of_all = of_all or (0.0 if "Still to come" in status else now)
        if of_all and any(word in status for word in SOLID):
            return first, of_all, None if "Not solid" in status else now


def first_paint(chromium: str) -> dict[str, float]:
    """Seconds from the start of the program: until it listens, and until the page is painted."""
    from playwright.sync_api import sync_playwright

    told: list[tuple[float, float]] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for _ in range(STARTS):
            tab = browser.new_context().new_page()
            with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as (address, began):
                listens = time.time() - began
                tab.goto(address)
                tab.wait_for_function(f"() => {PAINTED}")
                painted = tab.evaluate(f"performance.timeOrigin + {PAINTED}.startTime") / 1000
                told.append((listens, painted - began))
                tab.close()
        browser.close()
    names = ("until it listens", "until the page is painted")
    return {name: statistics.median(each) for name, each in zip(names, zip(*told, strict=True), strict=True)}


def main() -> None:
    """Print all of it."""
    console = Console()
    if chromium := shutil.which("chromium"):
        for name, seconds in first_paint(chromium).items():
            console.print(f"{seconds:.2f} s from the start of the program {name}")
    table = Table("", "First answer, s", "Of every policy, s", "Solid, s", title="The page")
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as (address, _):
        socket = address.replace("http", "ws") + "live"
        with connect(socket, origin=Origin(address.rstrip("/")), max_size=None) as tab:
            for name, query in MOVES.items():
                seconds = answered(tab, query)
                table.add_row(name, *("-" if each is None else f"{each:.2f}" for each in seconds))
    console.print(table)


if __name__ == "__main__":
    main()
