"""Rivals: what policies are worth under sets of assumptions that people hold, and what survives them all."""

import pandas as pd

from analysis.statistics import effects

ADDS, TAKES, DIFFERS, CANNOT_TELL = "adds", "takes", "differs", "cannot tell"
#: What each column is of the effects: its unit and meaning.
COLUMNS = {
    "rival": ("", "the set of parameters that holds"),
    **{
        name: effects.COLUMNS[name]
        for name in (
            "policy", "indicator", "effect", "low", "high", "together_low", "together_high", "baseline", "n",
        )
    },
}  # fmt: skip
#: And of what survives.
SURVIVE = {
    "policy": ("", "the policy"),
    "indicator": ("", "what is measured"),
    "least": ("the indicator's", "effect under the rival where it is least"),
    "under_least": ("", "that rival"),
    "most": ("the indicator's", "effect under the rival where it is most"),
    "under_most": ("", "that rival"),
    "adds": ("rivals", "under which the effect is surely above zero"),
    "takes": ("rivals", "under which it is surely below"),
    "rivals": ("rivals", "in all"),
    "verdict": (
        "",
        "adds or takes: surely so under every rival; differs: surely one way here and not, or the other way, "
        "there; cannot tell: sure nowhere",
    ),
}


def survive(table: pd.DataFrame) -> pd.DataFrame:
    """A line a policy and indicator: what holds under every rival.

    Sure is what intervals say of which all of one rival's table hold at once, at 95%.

    Args:
        table: columns of `COLUMNS`, the same policies and indicators under each rival.
    """
    lines = []
    for (policy, indicator), part in table.groupby(["policy", "indicator"], sort=False):
        least, most = (part.loc[part["effect"].agg(which)] for which in ("idxmin", "idxmax"))
        adds, takes = int((part["together_low"] > 0).sum()), int((part["together_high"] < 0).sum())
        ends = (least["effect"], least["rival"], most["effect"], most["rival"])
        lines.append((policy, indicator, *ends, adds, takes, len(part), _verdict(adds, takes, len(part))))
    return pd.DataFrame(lines, columns=list(SURVIVE))


def _verdict(adds: int, takes: int, rivals: int) -> str:
    if rivals in (adds, takes):
        return ADDS if adds else TAKES
    return DIFFERS if adds or takes else CANNOT_TELL
