"""The engine for those who outgrow one machine: a Dask cluster, be it there or started for the purpose."""

import contextlib
import logging
import math
import pkgutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments import terminal
from experiments.leftovers import scratch
from experiments.running.engine import THREADS, TIMEOUT, EngineKind, Setting, WorkerLost, cores
from model.problems import BadInput

if TYPE_CHECKING:
    from distributed import Client

#: Seconds to wait for a cluster that is there, and between looks at whether to stop.
_PATIENCE, _GLANCE = 30, 0.5
_HERE = "127.0.0.1"
#: What a browser would be shown of workers and what they do, to everyone who asks.
_NO_PAGES = {"distributed.scheduler.http.routes": [], "distributed.worker.http.routes": []}
#: Loggers of Dask's that print a traceback where a connection is lost.
_TOLD_IN_PLAIN_WORDS = ("distributed.batched", "distributed.client")
#: Run by every worker started here: Ctrl-C reaches all processes of a terminal, and would end them at once.
_LEAVE_INTERRUPTS_TO_PARENT = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"


@dataclass(frozen=True)
class Dask:
    """The workers of a Dask cluster.

    Attributes:
        client: the connection to it.
    """

    client: "Client"

    @property
    def workers(self) -> int:
        """Tasks at a time."""
        return max(1, self._threads())

    def _threads(self) -> int:
        with _connected():
            threads: Any = self.client.nthreads()
        return sum(threads.values())

    def wait(self) -> None:
        """Wait until there is a worker, and say so."""
        if not self._threads():
            self._say_waiting()
            self.client.wait_for_workers(1)

    def check(self) -> None:
        """See that workers have the program: one that lacks it would die of the first task it is given.

        Raises:
            BadInput: if one has not.
        """
        try:
            self.client.run(pkgutil.resolve_name, "experiments.running.batches:run_batch")
        except ImportError as error:
            raise _not_installed(error) from error

    def _say_waiting(self) -> None:
        address = self.client.scheduler_info()["address"]
        terminal.say(
            [
                f"The scheduler at {address} has no workers: waiting for one, with the same version of this "
                "program. Ctrl-C stops."
            ]
        )

    def expect(self, seconds: float) -> None:
        """As `engine.Engine.expect`; a cluster's workers are those that it has."""

    def finished[Task, Result](
        self, work: Callable[[Task], Result], tasks: Iterable[Task], stopped: Callable[[], bool]
    ) -> Iterator[tuple[Task, Result | WorkerLost]]:
        """As `engine.Engine.finished`; Dask itself gives a dead worker's tasks to another."""
        from distributed import wait

        remaining = iter(tasks)
        waiting: dict[Any, Task] = {}
        seen = time.monotonic()  # when there was a worker
        with _connected():
            try:
                while True:
                    while len(waiting) < 2 * self.workers and not stopped():
                        if (task := next(remaining, None)) is None:
                            break
                        waiting[self.client.submit(work, task, pure=False)] = task
                    if not waiting:
                        return
                    with contextlib.suppress(TimeoutError):
                        wait(list(waiting), timeout=_GLANCE, return_when="FIRST_COMPLETED")
                    for future in [future for future in waiting if future.done()]:
                        yield waiting.pop(future), _result(future)
                    if self._threads():
                        seen = time.monotonic()
                    elif stopped():  # nobody is left to finish what is under way
                        return
                    elif time.monotonic() - seen > _PATIENCE:
                        self._say_waiting()
                        seen = math.inf
            finally:
                self.client.cancel(list(waiting))


@contextlib.contextmanager
def _connected() -> Iterator[None]:
    """Say what it means when the scheduler is gone."""
    from distributed import CancelledError

    try:
        yield
    except (CancelledError, OSError) as error:
        raise ConnectionError(
            "The connection to Dask's scheduler is lost. What is finished is in the store: the same "
            "command goes on from there."
        ) from error


def _result(future: Any) -> Any:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker as error:
        return WorkerLost(str(error).partition(". ")[0])
    except ImportError as error:
        raise _not_installed(error) from error


def _not_installed(error: ImportError) -> BadInput:
    return BadInput(f"A worker cannot run the model ({error}): install the same version everywhere.")


@contextlib.contextmanager
def cluster(address: str | None, workers: int) -> Iterator[Dask]:
    """A cluster at an address, or one of this machine's processes, started now and closed at the end.

    Raises:
        BadInput: if Dask is not installed, or nobody answers at the address.
    """
    try:
        from distributed import Client
    except ImportError:
        raise BadInput(
            "engine=dask needs Dask, which is not installed: pip install 'towngown[distributed]'."
        ) from None
    for logger in _TOLD_IN_PLAIN_WORDS:
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    with contextlib.ExitStack() as stack:
        own = stack.enter_context(_own(workers)) if address is None else None
        try:
            client = Client(own or address, timeout=_PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            raise BadInput(f"engine.address = {address}: no scheduler answers there ({error}).") from None
        engine = Dask(stack.enter_context(client))
        engine.wait()
        engine.check()
        yield engine


@contextlib.contextmanager
def _own(workers: int) -> Iterator[Any]:
    """Worker processes of this machine, closed at the end.

    They do what they are told, so that only who holds this process's certificate may talk to them, or with
    them: others who use the machine can reach their ports, and no more. None is open to other machines.

    Raises:
        BadInput: if there is nothing to make a certificate with.
    """
    from dask.config import set as configured
    from distributed import LocalCluster, Security

    try:
        certificate = Security.temporary()
    except ImportError:
        raise BadInput(
            "engine=dask needs cryptography to start workers here that nobody else can use: pip install "
            "'towngown[distributed]'."
        ) from None
    with (
        scratch() as folder,
        configured({**_NO_PAGES, "temporary-directory": str(folder)}),
        _started(
            LocalCluster,
            n_workers=workers,
            threads_per_worker=1,
            host=_HERE,
            protocol="tls://",
            security=certificate,
            preload=_LEAVE_INTERRUPTS_TO_PARENT,
            dashboard_address=f"{_HERE}:0",  # any port that is free, as there may be other clusters
            scheduler_kwargs={"dashboard": False},
            silence_logs=logging.CRITICAL,  # in the workers too: busy ones complain while they are closed
        ) as own,
    ):
        yield own


def _started(cluster: Callable[..., Any], **settings: Any) -> Any:
    """A cluster of this machine's processes.

    Raises:
        OSError: if one of them dies before it begins.
    """
    try:
        return cluster(**settings)
    except RuntimeError as error:
        raise OSError(f"Dask's workers cannot be started ({error}). The same command tries again.") from error


def _opened(settings: Mapping[str, Any]) -> contextlib.AbstractContextManager[Dask]:
    return cluster(settings["address"], settings["threads"] or cores())


_ADDRESS = Setting(lambda given: isinstance(given, str), "HOST:PORT, or null")
DASK = EngineKind("dask", {"address": _ADDRESS, "threads": THREADS, "timeout": TIMEOUT}, _opened)
