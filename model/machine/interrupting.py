"""Interrupting: Ctrl-C stops the compiler, too, wherever it is just then."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: So begin functions of llvmlite that LLVM calls through ctypes: what is raised there is only printed.
CALLED_BACK = "_raw_object_cache_"
#: Seconds until what was asked at a bad moment is asked again.
_AGAIN = 0.05


@contextmanager
def interruptible() -> Iterator[None]:
    """Within, a signal that arrives where an exception would be lost comes again a moment later."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    before = {number: handler for number, handler in handlers.items() if callable(handler)}

    def ask(number: int, frame: FrameType | None) -> None:
        if _is_called_back(frame):
            again = threading.Timer(_AGAIN, _send, (number,))
            again.daemon = True
            again.start()
        else:
            before[signal.Signals(number)](number, frame)

    for number in before:
        signal.signal(number, ask)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_called_back(frame: FrameType | None) -> bool:
    while frame:
        if frame.f_code.co_name.startswith(CALLED_BACK):
            return True
        frame = frame.f_back
    return False


def _send(number: int) -> None:
    """Send this process a signal; to its main thread, where systems know threads, so that it wakes up."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    else:
        signal.raise_signal(number)
