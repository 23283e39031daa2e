"""The table on the screen."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pandas as pd
import pytest
from rich.text import Text

from analysis.statistics.effects import FINDINGS
from experiments.jobs import run
from experiments.study.effects_table import number_of_seeds
from experiments.terminal import plain_table, say, say_error, say_traceback, say_where, show, tables
from tests.experiments.conftest import EMBEDDING
from tests.experiments.test_failures import flat

ROOT = Path(__file__).parents[2]
TALK = """
import signal, sys
from experiments import terminal
signal.signal(signal.SIGHUP, signal.SIG_IGN)
sys.stdin.readline()
for _ in range(3):
    terminal.say(["nobody hears"])
    terminal.show(["nobody sees"])
    print("nor this", file=sys.stderr)
open("written", "w").close()
"""


@pytest.mark.parametrize("opened", [os.pipe, pty.openpty])
def test_work_goes_on_when_nobody_is_there_to_hear_of_it(tmp_path: Path, opened: Callable) -> None:
    """Its reader has gone (`2>&1 | head -1`), or the terminal was closed."""
    ours, theirs = opened()
    program = subprocess.Popen(
        [sys.executable, "-c", TALK], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    os.close(ours)
    program.communicate(b"go\n", timeout=60)
    assert program.returncode == 0
    assert (tmp_path / "written").exists()


def test_years_of_one_run_are_told_as_indicators_are_declared(tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stock at the year's end, a flow over the year, a share in percent; their labels above."""
    monkeypatch.setattr(run, "_YEARLY", ("needs_open", "needs_expired", "coverage"))
    monkeypatch.setenv("COLUMNS", "80")
    said = tiny("experiment=run", "seeds=1", "out=out")
    assert said.status == 0, said.err
    months = pd.read_parquet("out/series.parquet")
    lines = [line.split() for line in said.out.splitlines()]
    (rule,) = [at for at, words in enumerate(lines) if len(words) == 1 and set(words[0]) == {"─"}]
    assert {"Needs", "open", "expired", "Councils", "covered", "%"} <= {*chain(*lines[:rule])}
    for year, line in enumerate(lines[rule + 1 : rule + 3]):
        of = months.iloc[12 * year : 12 * year + 12]
        values = of["needs_open"].iloc[-1], of["needs_expired"].sum(), 100 * of["coverage"].iloc[-1]
        assert line == [str(year + 1), *(f"{value:,.0f}" for value in values)]


@pytest.mark.parametrize("columns", [80, 100, 140])
def test_the_table_fits_the_terminal(tiny, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    said = tiny(
        "policies=[baseline,matchmaking_equitable,matchmaking_equitable_equal_money,joint_posts_equal_money]",
        "seeds=3", "out=out",
    )  # fmt: skip
    assert said.status == 0, said.err
    assert max(len(line.rstrip()) for line in said.out.splitlines()) <= columns
    assert "…" not in said.out
    for word in ("Long-term", "Needs met", "covered", "Inequality", "Cost", "matchmaking_equitable"):
        assert word in said.out
    assert tables().width == columns


def test_what_is_sure_with_all_others_is_marked_and_no_cost_is(tiny) -> None:
    policies = "policies=[baseline,joint_posts,{name: more, levers: {joint_posts: 300}}]"
    said = tiny(policies, "seeds=20", "parameters.horizon=120", "out=out")
    effects = pd.read_csv("out/effects.csv").set_index(["policy", "indicator"])
    sure = (effects["together_low"] > 0) | (effects["together_high"] < 0)
    for policy in ("joint_posts", "more"):
        line = re.findall(rf"^{policy} .*±.*$", said.out, re.MULTILINE)[-1]
        assert line.count("*") == sure[policy][list(FINDINGS)].sum()
    assert "all in the table hold at once; costs have none" in flat(said.out)


def test_effects_of_ten_and_more_have_room_with_interval_and_star(tiny, monkeypatch) -> None:
    """In a terminal of 80 letters, for one decimal less than their column has."""
    monkeypatch.setenv("COLUMNS", "80")
    policies = "policies=[baseline,{name: more, levers: {structures: 1, joint_posts: 300}}]"
    strong = ("parameters.embed_rate=0.05", "parameters.embed_structure=3")
    said = tiny(policies, "seeds=20", "parameters.horizon=120", *strong, "out=out")
    effects = pd.read_csv("out/effects.csv").set_index(["policy", "indicator"]).loc["more"]
    for indicator, years in (("mean_strategic", 1), ("needs_met", 10)):
        effect, low, high = effects.loc[indicator, ["effect", "low", "high"]] / years
        assert effect >= 10
        assert f"{effect:+.0f} ±{(high - low) / 2:.1f}*" in said.out


def test_which_policies_may_be_the_best_is_told(tiny) -> None:
    said = tiny("policies=[baseline,brokers,phds]", "seeds=5", "out=out")
    best = pd.read_csv("out/best.csv").query("indicator == 'mean_strategic'")
    named = ", ".join(best.loc[best["may_be_best"], "policy"])
    told = "the best of 3 as designed on strategic partnerships, looked at alone (95%, best.csv): "
    assert told + named in said.out.replace("\n", " ")
    assert (best[["distance", "distance_low", "distance_high"]] >= 0).all(axis=None)


def test_any_policy_can_be_held_against_any_other(tiny) -> None:
    arguments = ("policies=[baseline,brokers,phds]", "seeds=4")
    said = tiny(*arguments, "against=brokers", "out=out")
    effects, rows = pd.read_csv("out/effects.csv"), pd.read_parquet("out/rows.parquet")
    levels = rows.pivot_table(index="seed", columns="policy", values="needs_met")
    told = effects.query("indicator == 'needs_met'").set_index("policy")["effect"]
    assert told["phds"] == pytest.approx((levels["phds"] - levels["brokers"]).mean())
    assert set(told.index) == {"baseline", "phds"}
    assert "Difference from brokers on the same seeds" in flat(said.out)
    said = tiny(*arguments, "against=broker", "out=out")
    assert (said.status, "Did you mean brokers?" in said.err) == (2, True)


def test_without_a_baseline_levels_are_shown(tiny) -> None:
    said = tiny("policies=[phds,brokers]", "seeds=2", "out=out")
    assert "Each policy by itself" in said.out
    assert "name the baseline" in said.out


def test_one_seed_has_no_interval(tiny) -> None:
    said = tiny("policy=brokers", "seeds=1", "out=out")
    assert "±" not in said.out.split("Difference")[0].split("The difference")[0]
    assert "may be luck" in said.out


@pytest.mark.parametrize(
    ("columns", "where", "ends"),
    [(80, r"partnerships: (.+) for the typical policy", True), (120, r"^brokers.* (\S+)$", False)],
)
def test_what_pairing_saved_is_told_with_its_interval(tiny, monkeypatch, columns, where, ends) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    said = tiny("policies=[baseline,brokers]", "seeds=5", "parameters.horizon=120", *EMBEDDING, "out=out")
    effects = pd.read_csv("out/effects.csv").set_index(["policy", "indicator"])
    line = effects.loc[("brokers", "mean_strategic")]
    saved, low, high = (
        f"{line[f'seeds_saved{end}']:,.0f}".replace("-", "−") for end in ("", "_low", "_high")
    )
    (told,) = re.findall(where, flat(said.out) if ends else said.out, re.MULTILINE)
    assert told == (f"{saved} ({low} to {high})" if ends else saved)


def test_text_of_others_is_seen_and_does_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    hostile = "a\x1b[2Jb\x1b]0;title\x07c\x9bd\u202ee\rf\nsecond line"
    table = plain_table(hostile, "here", ["word"], [])
    table.add_row(Text(hostile))
    table.add_row("\x1b[31m")
    show([table, Text(hostile)])
    say([hostile])
    say_error([hostile])
    say_traceback(hostile)
    say_where({"Written to": hostile})
    said = capsys.readouterr()
    for text in said:
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
        assert "a\\x1b[2Jb" in text
        assert "second line" in text


def test_what_nothing_tells_is_no_number(tiny) -> None:
    """Six seeds cannot tell what pairing saves, and one replicate where nothing happens has no indices."""
    design = ("design.n=8", "design.factors=[search_rate,need_rate]", "policies=[baseline]")
    for arguments in (
        ("experiment=replications", "seeds=6", "policies=[baseline,brokers]"),
        ("experiment=sobol", "seeds=1", *design),
    ):
        said = tiny(*arguments, "out=out")
        assert said.status == 0, said.err
        assert not re.search(r"\bnan\b", said.out)
        assert "–" in said.out


def test_more_seeds_than_anybody_runs_are_not_counted() -> None:
    numbers = (7.1e18, 10_000_000, 1234.4, -20.2, float("nan"), float("inf"))
    told = [number_of_seeds(number) for number in numbers]
    assert told == ["over 10,000,000", "10,000,000", "1,234", "−20", "–", "–"]
