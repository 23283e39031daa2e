"""The job that a reviewer runs: checks are shown and written; one that fails, or cannot be made, is told."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analysis.__main__ import main as make_again
from analysis.statistics.evidence.checks import exactly
from experiments import verification
from experiments.verification import twin
from experiments.verification.closed_forms import erlang_b

FEW = "checks=[no_meetings,survival_60]"


def checks() -> pd.DataFrame:
    return pd.read_csv("out/checks.csv", keep_default_na=False).set_index("check")


def test_checks_are_shown_and_written(towngown) -> None:
    said = towngown("experiment=verify", FEW, "store=store", "out=out")
    assert said.status == 0, said.err
    assert "2 of 2 hold" in said.out
    line = checks().loc["survival_60"]
    assert float(line["low"]) < float(line["expected"]) == pytest.approx(0.5488, abs=1e-4)
    assert "checks" in pd.read_csv("out/columns.csv")["table"].tolist()


def test_a_folder_of_checks_says_how_to_make_them_again(towngown, capsys) -> None:
    assert towngown("experiment=verify", FEW, "store=store", "out=out").status == 0
    refused = towngown("report=out")
    assert refused.status == 2
    assert "towngown again=out makes them anew" in " ".join(refused.err.split())
    assert make_again(["out"]) == 2
    assert "towngown again=out makes them anew" in capsys.readouterr().err
    assert towngown("again=out", "store=store", "out=anew").status == 0
    assert Path("anew/checks.csv").read_bytes() == Path("out/checks.csv").read_bytes()


def test_a_check_that_fails_is_told(towngown, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(verification.CHECKS["no_meetings"], measure=lambda: exactly(0.0, 1e-6))
    monkeypatch.setitem(verification.CHECKS, "no_meetings", wrong)
    said = towngown("experiment=verify", FEW, "store=store", "out=out")
    assert said.status == 1
    assert "FAILS" in said.out
    assert "1 of 2 hold" in said.out
    assert checks()["passes"].astype(str).to_dict() == {"no_meetings": "False", "survival_60": "True"}


def test_without_the_tests_there_is_no_twin(towngown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twin, "_SOURCE", Path("nowhere"))
    twin.reference.cache_clear()
    said = towngown("experiment=verify", "checks=[every_lever]", "store=store", "out=out")
    assert said.status == 0
    assert "tests/reference" in said.err
    assert checks().loc["every_lever", "passes"] == ""


def test_a_check_that_there_is_not_is_refused(towngown) -> None:
    said = towngown("experiment=verify", "checks=[littel_law]")
    assert (said.status, "littles_law" in said.err) == (2, True)
    assert towngown("experiment=verify", "checks=[]").status == 2


def test_erlang_by_hand() -> None:
    """Of one line blocked: a / (1 + a); of two: a^2 / (2 + 2 a + a^2)."""
    assert erlang_b(1, 0.5) == pytest.approx(1 / 3)
    assert erlang_b(2, 3.0) == pytest.approx(9 / 17)


def test_a_dry_run_makes_no_check(towngown) -> None:
    said = towngown("experiment=verify", "checks=[no_meetings]", "dry_run=true", "out=out", "store=store")
    assert said.status == 0
    assert "1 check, each with runs of its own." in said.err
    assert not Path("out").exists()
