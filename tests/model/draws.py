"""Which draws a run uses, and where; runs with compilation off, where rules are plain Python."""

import sys
from collections import defaultdict

from model import chance

CHANCE = chance.__file__


def print_misused():
    """Say which addresses are drawn at two places of the code, or lie past a who's 64 draws."""
    from model.policy import policy_from
    from tests.model.worlds import ALGORITHMS, ALL_LEVERS, finished

    places, late = defaultdict(set), set()
    drawn = chance.splitmix64

    def noting(stream, position):
        frame = sys._getframe(1)
        who, draw = frame.f_locals["who"], frame.f_locals["draw"]
        while frame.f_code.co_filename == CHANCE:
            frame = frame.f_back
        place = f"{frame.f_code.co_name}:{frame.f_lineno}"
        places[stream, position].add((place, who))
        if draw >= 64:
            late.add(f"{place} draw {draw}")
        return drawn(stream, position)

    chance.splitmix64 = noting
    for seed, algorithm in enumerate(ALGORITHMS):
        places.clear()
        finished(policy=policy_from(algorithm, ALL_LEVERS | {"match_algorithm": algorithm}), seed=seed)
        late.update(str(sorted(uses)) for uses in places.values() if len(uses) > 1)
    print("\n".join(sorted(late)) or "none")
