"""The engine for those who outgrow one machine: a Dask cluster, be it there or started for the purpose."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments import screen
from experiments.engine import WorkerLost
from model.parameters import BadInput

if TYPE_CHECKING:
    from distributed import Client

#: Seconds to wait for a cluster that is there, and between looks at whether to stop.
_PATIENCE, _GLANCE = 30, 0.5


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
        threads: Any = self.client.nthreads()
        return max(1, sum(threads.values()))

    def finished[Task, Result](
        self, work: Callable[[Task], Result], tasks: Iterable[Task], stopped: Callable[[], bool]
    ) -> Iterator[tuple[Task, Result | WorkerLost]]:
        """As `experiments.engine.Engine.finished`; Dask itself gives a dead worker's tasks to another."""
        from distributed import wait

        remaining = iter(tasks)
        waiting: dict[Any, Task] = {}
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
        finally:
            self.client.cancel(list(waiting))


def _result(future: Any) -> Any:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker as error:
        return WorkerLost(str(error).partition(". ")[0])


@contextlib.contextmanager
def cluster(address: str | None, workers: int) -> Iterator[Dask]:
    """A cluster at an address, or one of this machine's processes, started now and closed at the end.

    Raises:
        BadInput: if Dask is not installed, or nobody answers at the address.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise BadInput(
            "engine=dask needs Dask, which is not installed: pip install 'towngown[distributed]'."
        ) from None
    with contextlib.ExitStack() as stack:
        if address is None:
            own: Any = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address=None,  # type: ignore[arg-type]
            )
            address = stack.enter_context(own).scheduler_address
        try:
            client = Client(address, timeout=_PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            raise BadInput(f"engine.address = {address}: no scheduler answers there ({error}).") from None
        stack.enter_context(client)
        if not client.nthreads():
            screen.say([f"The scheduler at {address} has no workers yet: waiting for one (Ctrl-C stops)."])
            client.wait_for_workers(1)
        yield Dask(client)
