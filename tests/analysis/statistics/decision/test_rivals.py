"""Rivals: a conclusion survives where it is sure, and the same, whoever is right."""

import pandas as pd
import pytest

from analysis.statistics.decision.rivals import ADDS, CANNOT_TELL, DIFFERS, TAKES, survive


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [
        ([(0.1, 0.5), (0.2, 0.4)], ADDS),
        ([(-0.5, -0.1), (-0.4, -0.2)], TAKES),
        ([(0.1, 0.5), (-0.1, 0.4)], DIFFERS),
        ([(0.1, 0.5), (-0.4, -0.1)], DIFFERS),
        ([(-0.1, 0.5), (-0.1, 0.4)], CANNOT_TELL),
    ],
)
def test_verdict(ends, verdict):
    lines = [
        {
            "policy": "p", "indicator": "y", "rival": f"r{k}", "effect": (low + high) / 2,
            "together_low": low, "together_high": high,
        }
        for k, (low, high) in enumerate(ends)
    ]  # fmt: skip
    (found,) = survive(pd.DataFrame(lines)).to_dict("records")
    assert found["verdict"] == verdict
    assert found["rivals"] == 2
    middle = [(low + high) / 2 for low, high in ends]
    assert (found["least"], found["most"]) == (min(middle), max(middle))
