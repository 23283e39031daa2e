"""What a job says on the screen: progress and notes on standard error, tables on standard output."""

import errno
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from io import StringIO
from typing import IO, TYPE_CHECKING, Any

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.progress import TimeRemainingColumn as TimeLeft
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from analysis.output import nobody_reads, not_said

if TYPE_CHECKING:
    import pandas as pd

#: What can be shown: a table, a text.
type Part = RenderableType


#: What does something to a terminal instead of being seen: controls but for new lines, half pairs, and marks
#: that turn the direction of writing.
_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


#: Letters across a notebook's cell.
_CELL = 100
#: Instead of a number that nothing tells.
UNTOLD = "–"


class _Stream:
    """A stream of ours on which nothing more is said once nobody is there to listen.

    That is so of a pipe whose reader has gone, of a terminal that was closed, and of a log on a full disk:
    work goes on. Only what was asked, on standard output, is not dropped without a word.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """As of any stream."""
        return self._tried(lambda: self._stream.write(text)) or len(text)

    def flush(self) -> None:
        """As of any stream."""
        self._tried(self._stream.flush)

    def _tried(self, say: Callable[[], Any]) -> Any:
        try:
            return say()
        except OSError as error:
            if error.errno not in (errno.EPIPE, errno.EIO) and self._stream is sys.stdout:
                raise not_said(error) from error
            nobody_reads(self._stream)  # type: ignore[arg-type]
        return None


class _Console(Console):
    """A console to which no text of others can do anything but be read, wherever it stands."""

    @property
    def file(self) -> Any:
        """Where it prints to."""
        return _Stream(super().file)

    @file.setter
    def file(self, new_file: Any) -> None:
        self._file = new_file

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """What is printed; codes of rich's own are no text, and stay."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=printable(segment.text))


def printable(text: str) -> str:
    """Text in which what cannot be seen is written out."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def notes() -> Console:
    """For progress, notes and errors."""
    return _Console(stderr=True, highlight=False, emoji=False)


def tables() -> Console:
    """For what the job was asked."""
    return _Console(highlight=False, emoji=False)


class _Rate(ProgressColumn):
    """Runs a second."""

    def render(self, task: Task) -> Text:
        done = task.completed * task.fields["runs"]
        elapsed = task.finished_time or task.elapsed
        return Text(f"{done / elapsed:,.0f} runs/s" if done and elapsed else "", style="cyan")


class _InNotebook(Progress):
    """Bars in the cell of a notebook; rich's own need ipywidgets, which are seldom there."""

    def start(self) -> None:
        """Show them for the first time."""
        from IPython.display import display  # type: ignore[import-not-found]  # there in a notebook

        self._cell: Any = display(self._shown(), raw=True, display_id=True)

    def stop(self) -> None:
        """Show them for the last time."""
        self.refresh()

    def advance(self, task_id: TaskID, advance: float = 1) -> None:
        """As rich's, and seen at once."""
        super().advance(task_id, advance)
        self.refresh()

    def refresh(self) -> None:
        """Show them as they are now."""
        self._cell.update(self._shown(), raw=True)

    def _shown(self) -> dict[str, str]:
        text = StringIO()
        Console(file=text, width=_CELL, force_jupyter=False).print(self.get_renderable())
        return {"text/plain": text.getvalue()}


@contextmanager
def progress(stays: bool = True) -> Iterator[Progress]:
    """Bars with rate and time left; those that do not stay are gone once they are full."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.fields[unit]}"),
        _Rate(),
        TimeLeft(compact=True),
    )
    console = notes()
    kind = _InNotebook if console.is_jupyter else Progress
    is_hidden = not stays and not console.is_terminal  # or a log would have an empty line of it
    with kind(*columns, console=console, transient=not stays, disable=is_hidden, expand=True) as bars:
        yield bars


@contextmanager
def working(on: str) -> Iterator[None]:
    """Show that something takes a while; in a notebook, where rich would need ipywidgets, nothing."""
    console = notes()
    with nullcontext() if console.is_jupyter else console.status(on):
        yield


def say_compiling(cannot_be_kept_in: str = "") -> None:
    """Say that the first run on a machine takes a while; or every run, where nothing can be kept."""
    notes().print("Compiling the model for this machine: this takes about half a minute, once.")
    if cannot_be_kept_in:
        say(
            [
                f"It will be compiled again next time, as {cannot_be_kept_in} cannot be written to. "
                "NUMBA_CACHE_DIR=FOLDER says where else it may be kept."
            ]
        )


def say(lines: Iterable[str], style: str = "yellow", label: str = "Note: ") -> None:
    """Print notes, one a line."""
    console = notes()
    for line in lines:
        console.print(f"{label}{line}", style=style, markup=False, soft_wrap=False)


def show(parts: Iterable[Part]) -> None:
    """Show what the job was asked."""
    console = tables()
    console.print()
    for part in parts:
        console.print(part)


def plain_table(title: str | None, where: str, words: Sequence[str], numbers: Sequence[str]) -> Table:
    """A table with no more lines than it needs: columns of words, then of numbers."""
    table = Table(
        title=title and f"{title} [dim]({escaped(where)})[/dim]", title_justify="left", title_style="bold",
        box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, header_style="bold",
    )  # fmt: skip
    for heading in words:
        table.add_column(heading)
    for heading in numbers:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def records(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """The lines of a table."""
    return table.to_dict("records")  # type: ignore[return-value]


def interval_text(line: Mapping[str, Any], name: str, places: int = 2) -> str:
    """A value and its interval, from columns `name`, `name_low` and `name_high`; what is unknown is none."""
    value, *ends = (told(line[each], f".{places}f") for each in (name, f"{name}_low", f"{name}_high"))
    return value if UNTOLD in ends else f"{value} [{', '.join(ends)}]"


def told(value: float, form: str) -> str:
    """A number in a form, or that there is none, as of too few runs or of what never varies."""
    return UNTOLD if value is None or math.isnan(value) else f"{value:{form}}".replace("-", "−")


def say_error(problems: Sequence[str]) -> None:
    """Tell a mistake, or several."""
    console = notes()
    for problem in problems:
        console.print(f"[red]Error:[/red] {escaped(problem)}", soft_wrap=True)


def say_traceback(text: str) -> None:
    """Show where something happened."""
    notes().print(text, style="dim", markup=False, soft_wrap=True)


def escaped(text: str) -> str:
    """Text in which brackets are no markup."""
    from rich.markup import escape

    return escape(text)


def say_where(written: Mapping[str, str]) -> None:
    """Say what was written where."""
    console = notes()
    for what, path in written.items():
        console.print(f"{what}: [bold]{escaped(path)}[/bold]", soft_wrap=True)


def number(value: float) -> str:
    """A number as people write it: no more digits than it needs, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def duration(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes < 48 * 60 else f"{minutes / 1440:.1f} days"


def size(n_bytes: float) -> str:
    """An amount of memory as people say it."""
    return f"{max(1, round(n_bytes / 1e6)):,} MB" if n_bytes < 1e9 else f"{n_bytes / 1e9:.1f} GB"
