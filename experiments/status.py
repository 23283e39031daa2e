"""How a job ends: exit statuses, and having told the user why there are no results."""

from collections.abc import Callable

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


class Unfinished(Exception):
    """A job has no results, for a reason that the user has been told; has its exit status."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


def status_of(work: Callable[[], int]) -> int:
    """Do something; tell mistakes, failures and interruptions as people understand them."""
    from experiments import terminal
    from model.problems import BadInput

    try:
        return work()
    except Unfinished as unfinished:
        return unfinished.status
    except BadInput as error:
        terminal.say_error(error.problems)
        terminal.notes().print("Nothing was run. See towngown --help.", style="dim")
        return BAD_INPUT
    except KeyboardInterrupt:
        terminal.say(
            [
                "No results were written. Runs that were finished are in the store: the same command goes on "
                "from there."
            ],
            label="Interrupted. ",
        )
        return INTERRUPTED
    except (OSError, MemoryError) as error:
        terminal.say_error([f"{error}" or type(error).__name__])
        return FAILED
    except Exception:
        terminal.notes().print_exception()
        terminal.say_error(["This is a fault of the program, not of your input. No results were written."])
        return FAILED
