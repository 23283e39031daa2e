"""Figures: drawn by the analysis from what a job wrote."""

from pathlib import Path

from experiments import screen


def drawn(folder: Path) -> bool:
    """Draw the figures of a folder; where that fails, say so and keep the rest.

    Returns:
        Whether they were drawn.
    """
    try:
        from analysis.figures.folder import write

        with screen.notes().status("Drawing figures"):
            write(folder)
    except Exception as error:  # a run of hours is worth more than its figures
        screen.say_error([f"The figures could not be drawn: {type(error).__name__}: {error}"])
        return False
    return True
