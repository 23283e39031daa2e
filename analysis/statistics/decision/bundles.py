"""Bundles: what those that a search kept are worth, on luck that did not choose them."""

from collections.abc import Mapping
from itertools import chain

import numpy as np
import pandas as pd

from analysis.dictionary import spanned
from analysis.statistics.controls import NONE, Controls, freed, freed_together
from analysis.statistics.intervals import half_width
from analysis.tables import BASELINE, COST

#: What each column is: its unit and meaning.
TRIED = {
    "generation": ("", "in which the bundle was tried"),
    "policy": ("", "its name if it was kept"),
    "a_year": ("£k a year", "extra cost, grants included, mean over points and seeds"),
    "response": ("", "what is aimed at"),
    "added": ("the response's", "above the baseline, mean over points and seeds that choose"),
}
LEVERS = {
    "policy": ("", "the bundle"),
    "lever": ("", "one of its levers"),
    "value": ("the lever's", "that it has in the bundle"),
    "unit": ("", "of value"),
    "meaning": ("", "of the lever"),
}
COLUMNS = {
    "policy": ("", "the bundle"),
    "response": ("", "what is aimed at"),
    **spanned("a_year", "£k a year", "extra cost, grants included, on luck that did not choose the bundle"),
    **spanned("added", "the response's", "above the baseline, on the same seeds, mean over points"),
    "worst": (
        "the response's",
        "added at the tenth of points where it is least (or, where less is better, most)",
    ),
    "beaten": ("", "whether another bundle costs no more and adds as much on every response"),
}


def bundles_of(
    rows: pd.DataFrame, better: Mapping[str, int], years: float, controls: Controls = NONE
) -> pd.DataFrame:
    """What each bundle adds to each response, and costs.

    Args:
        rows: a line a run: `policy`, `point` where there are several, `seed`, the responses and `cost_total`.
        better: by response, 1 if more of it is better, -1 if less is.
        years: of the horizon.
        controls: columns of luck that differences are freed of, by response.

    Returns:
        A line a bundle and response. Intervals are over points (over seeds where there is one).
    """
    keys = ["point", "seed"] if "point" in rows and rows["point"].max() > 0 else ["seed"]
    luck = {name: list(controls.get(name, ())) for name in better}
    wanted = dict.fromkeys([*better, COST, *chain.from_iterable(luck.values())])
    levels = rows.set_index([*keys, "policy"])[[*wanted]].astype(float)
    base = levels.xs(BASELINE, level="policy")
    lines, means = [], {}
    for policy in rows["policy"].drop_duplicates():
        if policy == BASELINE:
            continue
        apart = levels.xs(policy, level="policy") - base
        moved = {name: _freed(apart, name, luck[name]) for name in better}
        apart = apart[[COST]].assign(**moved).groupby(keys[0]).mean().dropna()
        a_year = _mean(apart[COST].to_numpy() / years)
        means[policy] = [a_year[0], *(-sign * apart[name].mean() for name, sign in better.items())]
        for name, sign in better.items():
            worst = sign * float(np.quantile(sign * apart[name], 0.1))
            lines.append((policy, name, *a_year, *_mean(apart[name].to_numpy()), worst))
    table = pd.DataFrame(lines, columns=[name for name in COLUMNS if name != "beaten"])
    return table.assign(beaten=table["policy"].map(_beaten(means)).astype(bool))[list(COLUMNS)]


def _freed(apart: pd.DataFrame, name: str, luck: list[str]) -> np.ndarray:
    """Differences, a run each, freed of luck: seed by seed at one point, by common slopes at several."""
    values, sums = apart[name].to_numpy(), apart[luck].to_numpy()
    if apart.index.nlevels == 1:
        return freed(values, sums)
    point = pd.factorize(apart.index.get_level_values("point"))[0]
    at = point, apart.groupby(level="point").cumcount().to_numpy()
    cube = np.full((point.max() + 1, at[1].max() + 1, 1, 1 + len(luck)), np.nan)
    cube[(*at, 0)] = np.column_stack([values, sums])
    return freed_together(cube[..., 0], cube[..., 1:])[(*at, 0)]


def _mean(values: np.ndarray) -> tuple[float, float, float]:
    n, mean = len(values), float(values.mean())
    half = float(half_width(values.std(ddof=1) / np.sqrt(n), n)) if n > 1 else np.nan
    return mean, mean - half, mean + half


def _beaten(means: Mapping[str, list[float]]) -> dict[str, bool]:
    """Of each bundle whether another is as good on all, less being better, and better on one."""
    aims = np.array(list(means.values()))
    return {
        name: bool(((aims <= own).all(axis=1) & (aims < own).any(axis=1)).any())
        for name, own in zip(means, aims, strict=True)
    }
