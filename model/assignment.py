"""The *optimal* matchmaking: the assignment of researchers to needs with the largest total score."""

import numpy as np

from model.arrays import NONE, World
from model.matchmaker import INFEASIBLE, fill_scores, order_by_score

#: Above this many candidate pairs the matrix is cut down to a shortlist, which loses nothing.
LARGE = 2_000_000


def assign(world: World) -> None:
    """Choose the pairs of this month's round, which the rules have gathered; best score first."""
    clock = world.clock
    scores = np.full((clock.free_needs, clock.candidates), INFEASIBLE)
    fill_scores(world, scores)
    needs, researchers = best_assignment(scores)
    world.round_choice[: clock.free_needs] = NONE
    world.round_choice[needs] = researchers
    world.round_score[needs] = scores[needs, researchers]
    order_by_score(world)


def best_assignment(scores: np.ndarray, large: int = LARGE) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the pairs that add up to the largest total score.

    Args:
        scores: [needs, researchers], at least 0 where a pair is feasible, else INFEASIBLE.
        large: number of entries above which a shortlist is solved.

    A row may stay without a pair, which counts 0.
    """
    from scipy.optimize import linear_sum_assignment  # here, since most runs do not pay for importing it

    if scores.size > large:
        rows, columns = _assign_shortlist(scores)
    else:
        rows, columns = linear_sum_assignment(np.maximum(scores, 0.0), maximize=True)
    feasible = scores[rows, columns] >= 0.0
    return rows[feasible], columns[feasible]


def _assign_shortlist(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same, over each row's best columns, as many as there are rows.

    Some best assignment uses no others: the other rows can take at most all but one of them.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    n, m = scores.shape
    kept = min(n, m)
    columns = np.argpartition(scores, m - kept, axis=1)[:, m - kept :]
    rows = np.repeat(np.arange(n), kept)
    columns = columns.ravel()
    feasible = scores[rows, columns] >= 0.0
    rows, columns = rows[feasible], columns[feasible]
    # A column of its own lets each row go without; 1 is added since the solver drops weights of 0.
    own = np.arange(n)
    weights = np.concatenate([scores[rows, columns] + 1.0, np.ones(n)])
    graph = coo_array((weights, (np.append(rows, own), np.append(columns, m + own))), shape=(n, m + n))
    rows, columns = min_weight_full_bipartite_matching(graph.tocsr(), maximize=True)
    real = columns < m
    return rows[real], columns[real]
