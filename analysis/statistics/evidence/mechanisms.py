"""Mechanisms: what each policy still changes where a rule of the model is switched off.

An effect with all mechanisms on and one without a mechanism are of the same seeds, so how they differ is a
paired mean, too: of each seed the difference of two differences, freed of luck as in a comparison. What is
there without any policy may be quite another level then; it stands beside the effect.
"""

from collections.abc import Container, Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import special

from analysis.dictionary import spanned
from analysis.statistics.controls import Controls, by_policy, freed, seed_by_seed
from analysis.statistics.decision.ratios import share_of
from analysis.statistics.intervals import CONFIDENCE, ends_of, half_width
from analysis.statistics.together import critical_values

#: Where effects with all on can be told: nothing is left, the other way, less, or more.
NOTHING_LEFT, TURNS, LESS, MORE = "nothing left", "turns", "less", "more"
#: Where they cannot; where only the change can; where nothing can; where it is exactly the same.
ONLY_WITHOUT, DIFFERS, CANNOT_TELL, THE_SAME = "only without it", "differs", "cannot be told", "the same"
#: A share of a value that is rounding.
_ROUNDING = 1e-9
_HOLDS = "an interval that holds, at 95%, with those of all of the table"


def _held(name: str, meaning: str) -> dict[str, tuple[str, str]]:
    """A value and the ends of an interval that holds together with others."""
    ends = {f"{name}_{end}": ("the indicator's", f"{end} end of {_HOLDS}") for end in ("low", "high")}
    return {name: ("the indicator's", meaning), **ends}


#: What each column is: its unit and meaning.
COLUMNS = {
    "policy": ("", "the policy"),
    "indicator": ("", "what is measured"),
    "mechanism": ("", "what is switched off"),
    "rule": ("", "what it does where it is on"),
    "where": ("", "what the world is like where it is off"),
    **_held("effect", "mean difference from the baseline on the same seeds, where all mechanisms are on"),
    **_held("without", "the same where the mechanism is off"),
    **_held("change", "without less effect: what the mechanism does to the effect"),
    **spanned("left", "share of the effect", "without by effect, where the effect is no luck"),
    "verdict": (
        "",
        f"by these intervals. Of effects that can be told with all on: {NOTHING_LEFT} that can be told, it "
        f"{TURNS} the other way, {LESS} is left, or {MORE}; of others: an effect {ONLY_WITHOUT}. {DIFFERS}: "
        f"only the change can be told; {CANNOT_TELL}; {THE_SAME} in every seed",
    ),
    "baseline": ("the indicator's", "mean without any policy, where all mechanisms are on"),
    "baseline_without": ("the indicator's", "mean without any policy, where the mechanism is off"),
    "n": ("seeds", "for which all of it is known"),
}
#: Of mechanisms that are tried on few seeds, to see which to look at on others.
SIFTED = {
    "mechanism": ("", "what is switched off"),
    "rule": ("", "what it does where it is on"),
    "where": ("", "what the world is like where it is off"),
    "change": (
        "long-term partnerships",
        "what the policy that does best adds without it, less what it adds with all on: mean of few seeds",
    ),
    "n": ("seeds", "in which that is known"),
    "kept": ("", "whether it changes so much that it is looked at on other seeds"),
}


def mechanisms_of(
    rows: pd.DataFrame,
    mechanisms: Mapping[str, Sequence[str]],
    against: str,
    indicators: Sequence[str],
    controls: Controls,
) -> pd.DataFrame:
    """What each policy changes with all mechanisms on, and without each.

    Args:
        rows: a line a run; at point 0 all are on, at each further one the next mechanism is off.
        mechanisms: what each does, and the world without it, by name.
        against: the policy that the others are compared with.
        indicators: that are looked at.
        controls: columns of luck that indicators are freed of, by indicator.

    Returns:
        A line an indicator, policy and mechanism (`COLUMNS`).
    """
    seeds = sorted(rows["seed"].unique())
    points = [by_policy(part.drop(columns="point"), seeds) for _, part in rows.groupby("point")]
    policies = [name for name in points[0] if name != against]
    names, lines, apart = list(mechanisms), [], []
    for indicator in indicators:
        levels = [runs[against].of(indicator)[:, 0] for runs in points]
        for policy in policies:
            pairs = (seed_by_seed(runs[policy], runs[against], indicator, controls) for runs in points)
            effect, *without = (freed(*pair) for pair in pairs)
            for at, value in enumerate(without):
                known = np.isfinite(effect) & np.isfinite(value)
                base = (
                    float(levels[point][known].mean()) if known.any() else np.nan for point in (0, at + 1)
                )
                told = (policy, indicator, names[at], *mechanisms[names[at]], *base, int(known.sum()))
                lines.append((*told, *share_of(value[known], effect[known])))
                apart.append(np.where(known, [effect, value, _beyond(value, effect)], np.nan))
    first = [*list(COLUMNS)[:5], "baseline", "baseline_without", "n", "left", "left_low", "left_high"]
    table = pd.DataFrame(lines, columns=first)
    spans = _held_together(np.array(apart))
    table[[name for name in COLUMNS if name.startswith(("effect", "without", "change"))]] = spans
    return table.assign(verdict=_verdicts(table))[list(COLUMNS)]


def most_changing(effects: np.ndarray, n: int) -> list[int]:
    """So many mechanisms without which an effect changes most, by their places; fewer if there are fewer.

    All changes share the luck of the effect that they are counted from, and most mechanisms change little:
    how far a change is from their middle tells more than how large it is.

    Args:
        effects: with all on, then without each [1 + mechanisms, seeds]; NaN where unknown.
        n: how many.
    """
    apart = effects[1:] - effects[0]
    change = np.nansum(apart, axis=1) / np.fmax(np.isfinite(apart).sum(axis=1), 1)
    telling = np.where(change != 0, np.abs(change - middle_of(change)), -1.0)  # what is none comes last
    return sorted(np.argsort(-telling, kind="stable")[:n].tolist())


def middle_of(change: np.ndarray) -> float:
    """The median of those changes that are known, and not 0; 0 if none are."""
    some = change[np.isfinite(change) & (change != 0)]
    return float(np.median(some)) if len(some) else 0.0


def sifted_of(
    rows: pd.DataFrame,
    mechanisms: Mapping[str, Sequence[str]],
    against: str,
    indicator: str,
    kept: Container[str],
) -> pd.DataFrame:
    """How much a policy's effect changes without each mechanism, in few seeds.

    Args:
        rows: of the policy and what it is compared with; points as for `mechanisms_of`.
        mechanisms: what each does, and the world without it, by name.
        against: what the policy is compared with.
        indicator: on which effects are.
        kept: those that are looked at on other seeds, by name.

    Returns:
        A line a mechanism (`SIFTED`).
    """
    (policy,) = set(rows["policy"]) - {against}
    levels = rows.pivot_table(index="point", columns=["policy", "seed"], values=indicator)
    effects = (levels[policy] - levels[against]).reindex(range(1 + len(mechanisms))).to_numpy()
    change = pd.DataFrame(effects[1:] - effects[0])
    lines = [(name, *told) for name, told in mechanisms.items()]
    return pd.DataFrame(lines, columns=list(SIFTED)[:3]).assign(
        change=change.mean(axis=1),
        n=change.notna().sum(axis=1),
        kept=[name in kept for name in mechanisms],
    )


def _beyond(value: np.ndarray, effect: np.ndarray) -> np.ndarray:
    """How far two differences are apart; what is left of rounding is nothing."""
    apart = value - effect
    return np.where(np.abs(apart) > _ROUNDING * np.abs(effect), apart, 0.0 * apart)


def _held_together(values: np.ndarray) -> np.ndarray:
    """Means with ends of intervals that hold at once: those of effects, without, and changes each by itself.

    Args:
        values: [lines, 3, seeds]; NaN where undefined.

    Returns:
        Mean, low and high of each [lines, 3 x 3].
    """
    spans = []
    for kind in values.swapaxes(0, 1):
        n = np.isfinite(kind).sum(axis=1)
        critical = np.fmin(critical_values(kind.T, np.ones((1, len(kind)), bool)), _bonferroni(n, len(kind)))
        mean, low, high = np.array([[*map(float, ends_of(line[np.isfinite(line)]))] for line in kind]).T
        own = half_width(1.0, np.where(n > 1, n, np.nan))
        stretched = (high - low) / 2 * np.fmax(np.nan_to_num(critical) / own, 1.0)
        spans += [mean, mean - stretched, mean + stretched]
    return np.column_stack(spans)


def _bonferroni(n: np.ndarray, size: int) -> np.ndarray:
    """How far intervals of a family of some size reach at most, in standard errors.

    Where a rule is off, a policy may change something in hardly any seed. How many of its own standard errors
    such a mean is off by has no bound, and would stretch the intervals of all others with it.
    """
    return -special.stdtrit(np.maximum(n, 2) - 1, (1 - CONFIDENCE) / 2 / size)


def _verdicts(table: pd.DataFrame) -> np.ndarray:
    """What can be said of each line, by its intervals."""
    is_sure = {
        name: (table[f"{name}_low"] * table[f"{name}_high"] > 0).to_numpy()
        for name in ("effect", "without", "change")
    }
    sign = {name: np.sign(table[name]).to_numpy() for name in is_sure}
    was, is_still, moved = is_sure["effect"], is_sure["without"], is_sure["change"]
    is_less = sign["change"] != sign["effect"]
    cases = {
        THE_SAME: (table[["change", "change_low", "change_high"]] == 0).all(axis=1).to_numpy(),
        CANNOT_TELL: ~moved,
        MORE: was & ~is_less,
        TURNS: was & is_still & (sign["without"] != sign["effect"]),
        LESS: was & is_still,
        NOTHING_LEFT: was,
        ONLY_WITHOUT: is_still,
    }
    return np.select(list(cases.values()), list(cases), DIFFERS)
