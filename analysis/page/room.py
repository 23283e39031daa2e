"""The room where things run: loaded in the background, once, while the page is there already."""

import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.page.uploads import Lists

if TYPE_CHECKING:
    from analysis.page.running.sharing import Sharing
    from analysis.page.running.worlds import Runner

LOADING, COMPILING, READY = "loading", "compiling", "ready"
#: Seconds between two looks at whether it is.
_LOOK = 0.05


class Room:
    """What runs rows for everybody.

    Attributes:
        store: folder of all rows ever run.
        results: folder of experiments' folders.
        lists: people's own councils and universities.
        state: loading, compiling, ready; or else what went wrong.
        ready: set once it is ready, or never will be.
    """

    def __init__(self, store: Path, results: Path, threads: int) -> None:
        self.store, self.results = store, results
        self.lists = Lists(results / "page" / "lists")
        self.state = LOADING
        self.ready = threading.Event()
        self._threads = threads
        self._lock = threading.Lock()
        self._is_closed = False
        self._runner: Runner | None = None
        self._sharing: Sharing | None = None

    def open(self) -> None:
        """Begin to load, in a thread of its own."""
        threading.Thread(target=self._load, name="load", daemon=True).start()

    async def is_open(self) -> None:
        """Wait until it is ready, or never will be."""
        while not self.ready.is_set():
            await asyncio.sleep(_LOOK)

    def close(self) -> None:
        """Let turns end, and rows be kept; what is still being loaded closes itself."""
        with self._lock:
            self._is_closed = True
            if self._sharing and self._runner:
                self._sharing.close()
                self._runner.keeper.close()

    @property
    def runner(self) -> "Runner":
        """What runs rows, once ready."""
        assert self._runner
        return self._runner

    @property
    def sharing(self) -> "Sharing":
        """The threads, once ready."""
        assert self._sharing
        return self._sharing

    def _load(self) -> None:
        try:
            from model.machine.compiling import is_compiled

            self.state = LOADING if is_compiled() else COMPILING
            from analysis.page.running import comparison  # noqa: F401  # what updates take is there before the first
            from analysis.page.running.sharing import Sharing
            from analysis.page.running.worlds import Keeper, Runner
            from model.simulation import run

            run({"warmup": 1, "horizon": 1})
            with self._lock:
                if not self._is_closed:
                    self._runner = Runner(Keeper(self.store))
                    self._sharing = Sharing(self._threads)
                    self.state = READY
        except Exception as error:
            self.state = str(error) or type(error).__name__
        self.ready.set()
