"""Boxes: parts of parameter space, as regression trees see them and as people read them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

#: From where to where a column lies in a box, by its name; columns that are not named may have any value.
type Bounds = Mapping[str, tuple[float, float]]


def encoded(factors: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Factors as numbers, and the factor that each column is of."""
    columns, factor_of = {}, {}
    for factor, values in factors.items():
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            parts = {str(factor): values.astype(float)}
        else:
            parts = {
                f"{factor} is {level}": (values == level).astype(float) for level in sorted(values.unique())
            }
        columns |= parts
        factor_of |= dict.fromkeys(parts, str(factor))
    return pd.DataFrame(columns), factor_of


def bounds_of(tree: Any, columns: Sequence[str]) -> Iterator[tuple[int, Bounds]]:
    """Every node of a tree with the box that it is, parents before their children.

    Args:
        tree: sklearn's own, fitted to these columns.
        columns: their names.
    """
    waiting: list[tuple[int, Bounds]] = [(0, {})]
    while waiting:
        node, bounds = waiting.pop()
        yield node, bounds
        left, right = tree.children_left[node], tree.children_right[node]
        if left != right:
            column, threshold = columns[tree.feature[node]], float(tree.threshold[node])
            low, high = bounds.get(column, (-np.inf, np.inf))
            waiting.append((right, {**bounds, column: (threshold, high)}))
            waiting.append((left, {**bounds, column: (low, threshold)}))


def in_words(bounds: Bounds, factor_of: Mapping[str, str]) -> str:
    """Bounds of columns as a sentence; what a category is not goes without saying once it is known."""
    settled = {factor_of[c] for c, (low, _) in bounds.items() if c != factor_of[c] and low > 0}
    parts = []
    for column, (low, high) in bounds.items():
        factor = factor_of[column]
        if column == factor:
            parts.append(_range(column, low, high))
        elif low > 0:
            parts.append(column)
        elif factor not in settled:
            parts.append(column.replace(f"{factor} is ", f"{factor} is not ", 1))
    return " and ".join(parts) or "everywhere"


def _range(column: str, low: float, high: float) -> str:
    if low == -np.inf:
        return f"{column} <= {high:.3g}"
    return f"{column} > {low:.3g}" if high == np.inf else f"{low:.3g} < {column} <= {high:.3g}"
