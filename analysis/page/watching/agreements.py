"""Agreements: what a council and a university have signed, when, and what the rule makes of it."""

import numpy as np

from analysis.page.watching import lives, why
from analysis.page.watching.watched import Watched


def pair_of(watched: Watched, row: int) -> tuple[int, int]:
    """University and council of an agreement, which is named by its place in the table of all pairs."""
    return divmod(row, len(watched.councils))


def title(watched: Watched, row: int) -> str:
    """What a life is of."""
    u, c = pair_of(watched, row)
    return f"{watched.councils[c].name} and {watched.universities[u].name}: agreement"


def signed_by(watched: Watched, of: str, row: int, month: int) -> list[tuple[int, str]]:
    """The agreements of a council or a university at the end of a month, and with whom each is."""
    if of not in ("council", "university"):
        return []
    table = watched.at(month + 1).world.agreements
    others = watched.councils if of == "university" else watched.universities
    found = np.flatnonzero(table[row] if of == "university" else table[:, row])
    pairs = [(row, each) if of == "university" else (each, row) for each in found.tolist()]
    return [(u * len(watched.councils) + c, others[c if of == "university" else u].name) for u, c in pairs]


def now(watched: Watched, row: int, month: int) -> list[tuple[str, str]]:
    """When it was signed and ended up to a month, and what the rule makes of it as that ends."""
    u, c = pair_of(watched, row)
    simulation = watched.at(0)
    world = simulation.world
    was = bool(world.agreements[u, c])
    told = [("Signed", "before the first month")] if was else []
    for each in range(month + 1):
        simulation.advance(1)
        if (is_there := bool(world.agreements[u, c])) != was:
            told.append(("Signed" if is_there else "Ended", lives.when(each)))
        was = is_there
    hazard = float((why.ends if was else why.signs)(world, u, c))
    return [
        *told,
        ("Common work (findings)", f"{world.common_work[u, c]:.2f}"),
        ("Partnerships of the two", f"{int(world.partnerships[u, c])}"),
        ("Commitment of the council’s leaders", f"{world.councils['commitment'][c]:.2f}"),
        ("Commitment of the university’s", f"{world.universities['commitment'][u]:.2f}"),
        (f"Chance that it is {'ended' if was else 'signed'} in a month", f"{1 - np.exp(-hazard):.2%}"),
    ]
