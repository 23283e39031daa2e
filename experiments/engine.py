"""The engine: runs tasks on this machine's cores and hands the results back in order.

Compiled runs hold no lock of Python's, so threads are enough. Results come in the order of the tasks,
whatever finishes first, so that nothing downstream depends on how many threads there are.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor


def results[Task, Result](
    work: Callable[[Task], Result], tasks: Iterable[Task], threads: int
) -> Iterator[Result]:
    """What `work` makes of each task, in the tasks' order.

    Few more tasks are begun than are being waited for, so that results do not pile up. Should anyone stop
    listening (an error, Ctrl-C), tasks not yet begun are dropped and those under way are waited for.

    Args:
        work: from a task to its result; releases the GIL where it takes long.
        tasks: what to work on.
        threads: tasks at a time.
    """
    pool = ThreadPoolExecutor(threads, thread_name_prefix="run")
    waiting: deque[Future[Result]] = deque()
    try:
        for task in tasks:
            waiting.append(pool.submit(work, task))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
