"""experiment=combine: every bundle is run, agrees with a comparison's, and mistakes are told."""

from pathlib import Path

import pandas as pd
import pytest

SMALL = (
    "experiment=combine",
    "seeds=3",
    "equal_money=null",
    "responses=[mean_strategic,cost_total]",
    "out=out",
)


def test_bundles_are_run_and_are_those_of_a_comparison(tiny):
    said = tiny(*SMALL, "policies=[baseline,brokers,joint_posts,phds]")
    assert said.status == 0, said.err
    rows = pd.read_parquet("out/rows.parquet")
    bundle = "brokers+joint_posts"
    assert len(rows) == 8 * 3
    assert {"baseline", "phds", bundle, "brokers+joint_posts+phds"} <= set(rows["policy"])
    assert "Brokers, Joint posts and PhDs were run in every bundle" in " ".join(said.out.split())
    told = pd.read_csv("out/columns.csv").query("table == 'combined' and column == 'synergy'")
    assert len(told) == 1
    assert "beyond that sum" in told["meaning"].iloc[0]
    done = tiny("policy.brokers=4", "policy.joint_posts=4", "seeds=3", "ledger.seeds=0", "out=compared")
    assert "Runs" not in done.err, "the same levers are the same rows"
    compared = pd.read_csv("out/combined.csv").merge(
        pd.read_csv("compared/effects.csv"), on="indicator", suffixes=("", "_compared")
    )
    of_bundle = compared[compared["bundle"] == bundle]
    assert len(of_bundle) == 2
    assert of_bundle["effect"].tolist() == pytest.approx(of_bundle["effect_compared"].tolist())


def test_a_bundle_is_shown_and_told(tiny):
    said = tiny(*SMALL, "figures=true", "policies=[baseline,brokers,phds]")
    assert said.status == 0, said.err
    assert Path("out/figures/combined.png").exists()
    report = Path("out/report.html").read_text(encoding="utf-8")
    assert "The answer: what policies do together" in report
    assert "What 2 policies would do" in report
    assert "Brokers and PhDs" in report


def test_policies_at_equal_money_are_combined_as_they_are_solved_for(tiny):
    policies = "policies=[baseline,brokers_equal_money,phds_equal_money]"
    said = tiny(*SMALL[:2], "equal_money=30", policies, "out=out")
    assert said.status == 0, said.err
    assert "brokers_equal_money+phds_equal_money" in set(pd.read_parquet("out/rows.parquet")["policy"])


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("policies=[baseline,matchmaking,matchmaking_request]", "both pull match_capacity"),
        ("policies=[baseline,brokers]", "takes 2 to 5 policies beside the baseline, not 1"),
        (
            "policies=[baseline,brokers,phds,joint_posts,structures,events,training]",
            "takes 2 to 5 policies beside the baseline, not 6",
        ),
        ("policies=[brokers,phds]", "name the baseline"),
        ("seeds=1", "give at least 2"),
        ("precision.half_width=1", "job=combine does not add seeds"),
    ],
)
def test_mistakes_are_told(tiny, given: str, problem: str) -> None:
    said = tiny(*SMALL, given)
    assert said.status == 2
    assert problem in " ".join(said.err.split())
