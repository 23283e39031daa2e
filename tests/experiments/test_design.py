"""Designs: which points they have, and what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from SALib.analyze import morris as morris_analysis

from experiments.command.files import CONF, mapping_in
from experiments.design.chosen import SINGLE, some_of
from experiments.design.kinds import design_from
from experiments.design.points import Design, describe
from model.parameters import DECLARATIONS, LEVERS, PARAMETERS
from model.problems import BadInput

#: A design of every kind of factor: numbers, whole numbers, words, listed values, a lever.
MIXED: dict[str, Any] = {
    "search_rate": None,
    "embed_rate": {"low": 0.003, "high": 0.2, "distribution": "log_uniform"},
    "trust_weight": {"low": 0.5, "high": 4, "distribution": "triangular", "mode": 2},
    "council_base": {"distribution": "normal", "mean": -2, "sd": 1},
    "office_reach": {"low": 2, "high": 6},
    "joint_posts": {"low": 0, "high": 20},
    "motives": None,
    "match_interval": {"values": [0, 3, 6]},
}
GROUPS = {"embedding": ["embed_rate", "trust_weight"], "choices": ["motives", "match_interval"]}
DRAWN: list[dict[str, Any]] = [
    {"kind": "sobol", "n": 64, "factors": MIXED},
    {"kind": "sobol", "n": 64, "factors": MIXED, "groups": GROUPS},
    {"kind": "morris", "n": 10, "factors": MIXED},
    {"kind": "morris", "n": 10, "levels": 6, "factors": MIXED, "groups": GROUPS},
    {"kind": "latin_hypercube", "n": 50, "factors": MIXED},
]
CHOSEN: list[dict[str, Any]] = [
    {"kind": "grid", "factors": {"motives": None, "search_rate": {"steps": 3}}},
    {"kind": "one_at_a_time", "factors": {"motives": None, "search_rate": None, "brokers": None}},
    {"kind": "list", "points": [{}, {"search_rate": 0.3, "joint_posts": 4}, {"motives": "review"}]},
]


def problems_of(given: Any) -> list[str]:
    with pytest.raises(BadInput) as caught:
        design_from(given)
    return caught.value.problems


@pytest.mark.parametrize("given", DRAWN + CHOSEN, ids=lambda given: given["kind"])
def test_all_values_are_allowed_and_as_the_model_uses_them(given: dict[str, Any]) -> None:
    design = design_from(given)
    for point in range(len(design)):
        parameters, levers = design.parameters(point), design.levers(point)
        assert set(parameters) <= set(PARAMETERS)
        assert set(levers) <= set(LEVERS)
        for name, value in {**parameters, **levers}.items():
            checked = DECLARATIONS[name].checked(value)
            assert checked == value
            assert type(checked) is type(value)


@pytest.mark.parametrize("given", DRAWN + CHOSEN, ids=lambda given: given["kind"])
def test_the_table_says_what_the_points_are_given(given: dict[str, Any]) -> None:
    design = design_from(given)
    table = design.table()
    assert list(table) == ["point", "block", *(factor.name for factor in design.factors)]
    assert list(table["block"]) == list(design.blocks)
    for point, line in enumerate(table.drop(columns=["point", "block"]).to_dict("records")):
        there = {name: value for name, value in line.items() if not pd.isna(value)}
        assert there == {**design.parameters(point), **design.levers(point)}


def test_parts_of_a_table_have_the_types_of_the_whole() -> None:
    points = [{"motives": "review"}, {"office_reach": 3}, {"search_rate": 0.3}]
    table = design_from({"kind": "list", "points": points}).table()
    for part in (table[:1], table[1:2], table[2:]):
        schema = pa.Table.from_pandas(part, preserve_index=False).schema
        assert schema.types == [
            pa.int64(),
            pa.int64(),
            schema.field("motives").type,
            pa.int64(),
            pa.float64(),
        ]
        assert schema.field("motives").type in (pa.string(), pa.large_string())


def test_a_hundred_thousand_points_are_no_burden() -> None:
    table = design_from({"kind": "latin_hypercube", "n": 100_000, "factors": MIXED}).table()
    assert len(table) == 100_000
    assert table.memory_usage(deep=True).sum() < 20e6


@pytest.mark.parametrize("given", DRAWN, ids=lambda given: given["kind"])
def test_seeds_say_what_is_drawn(given: dict[str, Any]) -> None:
    first, again, other = (design_from({**given, "seed": seed}) for seed in (0, 0, 1))
    assert (first.unit == again.unit).all()
    assert (first.unit != other.unit).any()
    assert (design_from(given).unit == first.unit).all()


# Sobol


@pytest.mark.parametrize("groups", [None, GROUPS])
def test_a_sobol_design_grows(groups: dict[str, list[str]] | None) -> None:
    given = {"kind": "sobol", "factors": MIXED, "groups": groups}
    small, large = (design_from({**given, "n": n}) for n in (256, 512))
    assert len(large) == 2 * len(small)
    for of_large, of_small in ((large.samples, small.samples), (large.unit, small.unit)):
        assert (of_large[: len(small)] == of_small).all()
    assert (large.blocks[: len(small)] == small.blocks).all()


@pytest.mark.parametrize("groups", [None, GROUPS])
def test_a_base_sample_is_a_then_one_group_from_b_each_then_b(groups: dict[str, list[str]] | None) -> None:
    design = design_from({"kind": "sobol", "n": 8, "factors": MIXED, "groups": groups})
    size = len(design.groups) + 2
    assert len(design) == 8 * size
    assert list(design.blocks) == [base for base in range(8) for _ in range(size)]
    for points in design.unit.reshape(8, size, len(MIXED)):
        first, last = points[0], points[-1]
        for group, point in zip(design.groups, points[1:-1], strict=True):
            is_moved = np.array([factor.group == group for factor in design.factors])
            assert (point == np.where(is_moved, last, first)).all()


def test_groups_are_in_the_order_of_their_first_factors() -> None:
    groups = {"choices": ["match_interval", "motives"], "embedding": ["trust_weight", "embed_rate"]}
    design = design_from({"kind": "sobol", "n": 2, "factors": MIXED, "groups": groups})
    assert design.groups == (
        "search_rate", "embedding", "council_base", "office_reach", "joint_posts", "choices",
    )  # fmt: skip
    assert design.problem["groups"] == [factor.group for factor in design.factors]


def test_salib_is_told_of_the_unit_cube() -> None:
    problem = design_from({"kind": "sobol", "n": 2, "factors": ["search_rate", "embed_rate"]}).problem
    assert problem == {"num_vars": 2, "names": ["search_rate", "embed_rate"], "bounds": [[0.0, 1.0]] * 2}


# Morris


def test_a_screening_tries_every_value_as_often() -> None:
    """400 trajectories; 5 words, of which two each: 160 are to have each word, sd 10. 5 sd: 1 in 10,000."""
    factors = {"match_algorithm": None, "motives": None, "grant_months": {"values": [36, 6, 12, 60, 18]}}
    table = design_from({"kind": "morris", "n": 400, "factors": factors}).table()
    blocks = table.groupby("block")
    for factor, n_values in (("match_algorithm", 5), ("motives", 3), ("grant_months", 5)):
        counts = blocks[factor].unique().explode().value_counts()
        assert (blocks[factor].nunique() == 2).all()
        assert len(counts) == n_values
        assert (abs(counts - 800 / n_values) < 50).all()


def test_a_screening_always_goes_between_two_values_that_differ() -> None:
    factors = {"grant_months": {"values": [6, 6, 6, 36]}, "embed_rate": None}
    blocks = design_from({"kind": "morris", "n": 20, "factors": factors}).table().groupby("block")
    assert (blocks["grant_months"].nunique() == 2).all()


@pytest.mark.parametrize("groups", [None, GROUPS])
def test_a_morris_design_grows(groups: dict[str, list[str]] | None) -> None:
    given = {"kind": "morris", "factors": MIXED, "groups": groups}
    small, large = (design_from({**given, "n": n}) for n in (7, 11))
    assert (large.unit[: len(small)] == small.unit).all()
    assert (large.samples[: len(small)] == small.samples).all()
    assert list(np.unique(large.blocks)) == list(range(11))


@pytest.mark.parametrize("groups", [None, GROUPS])
@pytest.mark.parametrize("levels", [2, 4, 10])
def test_a_trajectory_moves_each_group_once(groups: dict[str, list[str]] | None, levels: int) -> None:
    design = design_from({"kind": "morris", "n": 20, "levels": levels, "factors": MIXED, "groups": groups})
    size = len(design.groups) + 1
    assert len(design) == 20 * size
    assert design.levels == levels
    assert np.allclose(design.unit * (levels - 1) % 1, 0)
    for unit, samples in zip(np.split(design.unit, 20), np.split(design.samples, 20), strict=True):
        moves = np.diff(unit, axis=0)
        moved = [{design.factors[at].group for at in np.flatnonzero(move)} for move in moves]
        assert all(len(groups) == 1 for groups in moved)
        assert set.union(*moved) == set(design.groups)
        assert np.allclose(np.abs(moves[moves != 0]), levels / 2 / (levels - 1))
        # Whole numbers and words move with it: a step is never lost by rounding.
        assert ((np.diff(samples, axis=0) != 0) == (moves != 0)).all()


def test_trajectories_differ() -> None:
    design = design_from({"kind": "morris", "n": 20, "factors": MIXED})
    assert len(np.unique(design.unit.reshape(20, -1), axis=0)) == 20


def test_elementary_effects_are_found() -> None:
    """Of y = 3 a - 2 b on the unit cube they are 3 and -2."""
    design = design_from({"kind": "morris", "n": 5, "factors": ["search_rate", "embed_rate", "rapid"]})
    effects = morris_analysis.analyze(design.problem, design.unit, design.unit @ [3.0, -2.0, 0.0], seed=1)
    assert list(effects["mu"]) == pytest.approx([3.0, -2.0, 0.0])


# Latin hypercube, grid, one at a time, list


def test_points_of_a_latin_hypercube_have_seeds_of_their_own() -> None:
    design = design_from({"kind": "latin_hypercube", "n": 50, "factors": MIXED})
    assert list(design.blocks) == list(range(50))
    assert design.levels == 0


def test_a_grid_has_every_combination() -> None:
    factors = {
        "match_interval": {"values": [6, 0]},
        "motives": {"values": ["review", "equal"]},
        "embed_rate": {"low": 0.01, "high": 0.1, "steps": 3},
    }
    design = design_from({"kind": "grid", "factors": factors})
    assert [{**design.levers(at), **design.parameters(at)} for at in range(len(design))] == [
        {"match_interval": interval, "motives": motives, "embed_rate": rate}
        for interval in (6, 0)
        for motives in ("review", "equal")
        for rate in (0.01, 0.0316227766017, 0.1)
    ]
    assert not design.blocks.any()


def test_one_at_a_time_changes_nothing_then_one_factor() -> None:
    factors = {
        "search_rate": None,
        "brokers": {"low": 1, "high": 2},
        "motives": {"values": ["review"]},
        "match_interval": {"values": [0, 3, 6]},
    }
    design = design_from({"kind": "one_at_a_time", "factors": factors})
    assert [{**design.parameters(at), **design.levers(at)} for at in range(len(design))] == [
        {},
        {"search_rate": 0.03},
        {"search_rate": 0.9},
        {"brokers": 1.0},
        {"brokers": 2.0},
        {"motives": "review"},
        {"match_interval": 0},
        {"match_interval": 3},
        {"match_interval": 6},
    ]
    assert not design.blocks.any()


def test_a_list_has_its_points() -> None:
    points = [{"search_rate": 0.3, "joint_posts": 4}, {}, {"motives": "survey", "search_rate": 1}, {}]
    design = design_from({"kind": "list", "points": points})
    assert [design.parameters(at) for at in range(4)] == [
        {"search_rate": 0.3},
        {},
        {"search_rate": 1.0, "motives": "survey"},
        {},
    ]
    assert [design.levers(at) for at in range(4)] == [{"joint_posts": 4.0}, {}, {}, {}]
    assert not design.blocks.any()


def test_without_a_design_one_point_changes_nothing() -> None:
    assert len(SINGLE) == len(SINGLE.table()) == 1
    assert SINGLE.parameters(0) == SINGLE.levers(0) == {}
    assert SINGLE.factors == SINGLE.groups == ()


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (DRAWN[0], "Sobol design: 64 base samples of 8 factors, 640 points"),
        (DRAWN[1], "Sobol design: 64 base samples of 8 factors in 6 groups, 512 points"),
        (DRAWN[2], "Morris design: 10 trajectories of 8 factors, 90 points"),
        (
            {"kind": "morris", "n": 1, "factors": ["rapid"]},
            "Morris design: 1 trajectory of 1 factor, 2 points",
        ),
        (DRAWN[4], "Latin hypercube design: 8 factors, 50 points"),
        (CHOSEN[0], "Grid: 2 factors, 9 points"),
        (CHOSEN[1], "One-at-a-time design: 3 factors, 8 points"),
        (CHOSEN[2], "List of 3 points"),
        ({**DRAWN[0], "n": 1024}, "Sobol design: 1,024 base samples of 8 factors, 10,240 points"),
    ],
)
def test_a_design_is_described(given: dict[str, Any], text: str) -> None:
    assert describe(design_from(given)) == text


def test_points_that_come_again_are_no_more_points() -> None:
    design = some_of(design_from(CHOSEN[2]), np.array([0, 2, 0]))
    assert describe(design) == "Sample of 2 points, 1 of them twice"


@pytest.mark.parametrize("file", sorted((CONF / "experiment").glob("*.yaml")), ids=lambda file: file.stem)
def test_every_experiment_has_a_design_that_can_be_made(file: Path) -> None:
    given = mapping_in(file).get("design")
    assert isinstance(SINGLE if given is None else design_from(given), Design)


# Files of points


def read(folder: Path, text: str | bytes) -> Design:
    file = folder / "points.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return design_from({"kind": "list", "file": str(file)})


def test_points_are_read_from_a_file(tmp_path: Path) -> None:
    text = "\ufeffsearch_rate, motives ,match_interval\r\n0.3,review,3\r\n\r\n1e-1, equal,6.0\r\n"
    design = read(tmp_path, text)
    assert [design.parameters(at) for at in range(len(design))] == [
        {"search_rate": 0.3, "motives": "review"},
        {"search_rate": 0.1, "motives": "equal"},
    ]
    assert [design.levers(at) for at in range(2)] == [{"match_interval": 3}, {"match_interval": 6}]


def test_an_empty_cell_changes_nothing(tmp_path: Path) -> None:
    design = read(tmp_path, "search_rate,motives,joint_posts,\n0.3,,,\n,,,\n,equal, ,\n")
    assert [design.parameters(at) for at in range(3)] == [{"search_rate": 0.3}, {}, {"motives": "equal"}]
    assert [factor.name for factor in design.factors] == ["search_rate", "motives"]


def test_points_that_are_the_same_run_once(tiny, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("austerity\n0.031\n0.031\n0.0310\n0.04\n")
    said = tiny("experiment=points", "design.file=points.csv", "seeds=2", "policies=[baseline]", "out=out")
    assert "2 of 4 points repeat an earlier one: what is the same runs once." in said.err
    rows = pd.read_parquet("out/rows.parquet")
    assert list(rows["point"]) == [0, 0, 1, 1, 2, 2, 3, 3]
    assert rows["row"].nunique() == 4
    assert sum(len(pd.read_parquet(part)) for part in Path("store/rows").glob("*.parquet")) == 4


def test_rows_that_are_the_same_are_counted_once_and_are_not_said_to_be_done(tiny) -> None:
    """Of each seed the baseline, which has no posts whatever the point, and two numbers of posts."""
    points = ("experiment=grid", "design.factors={joint_posts: {values: [1, 3, 3]}}")
    said = tiny(*points, "policies=[baseline, joint_posts]", "seeds=2", "out=out")
    assert "1 of 3 points repeat an earlier one: what is the same runs once." in said.err
    assert "12 runs, 6 of them the same as others: about" in " ".join(said.err.split())
    assert sum(len(pd.read_parquet(part)) for part in Path("store/rows").glob("*.parquet")) == 6
    more = tiny(*points, "policies=[baseline, joint_posts]", "seeds=3", "out=more")
    assert "18 runs, 9 of them the same as others, 6 of them done already" in " ".join(more.err.split())


def test_a_file_takes_the_place_of_points(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("search_rate\n0.3\n")
    given = {"kind": "list", "file": str(tmp_path / "points.csv"), "points": [{"motives": "review"}]}
    assert design_from(given).parameters(0) == {"search_rate": 0.3}


def test_every_bad_line_is_reported(tmp_path: Path) -> None:
    text = "search_rate,motives,match_interval\n512,equal,3\n0.3,equals,2.5\n,review,x\n0.3,review\nnan,,0\n"
    with pytest.raises(BadInput) as caught:
        read(tmp_path, text)
    assert [problem.removeprefix(f"{tmp_path}/") for problem in caught.value.problems] == [
        "points.csv, line 2: search_rate = '512': it takes a number from 0 to 1 (1/month).",
        "points.csv, line 3: motives = 'equals': it takes one of equal, review, survey (-).",
        "points.csv, line 3: match_interval = '2.5': it takes a whole number from 0 to 600 (months).",
        "points.csv, line 4: match_interval = 'x': it is not a number.",
        "points.csv, line 5: 2 fields where the header has 3.",
        "points.csv, line 6: search_rate = 'nan': it is not a number.",
    ]


def test_a_bad_header_hides_no_bad_line(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, "search_rat,motives,motives\n0.3,equal,equals\n")
    assert [problem.removeprefix(f"{tmp_path}/points.csv, ") for problem in caught.value.problems] == [
        "line 1: There is no parameter or lever 'search_rat'. Did you mean search_rate?",
        "line 1: column 'motives' is there 2 times.",
        "line 2: motives = 'equals': it takes one of equal, review, survey (-).",
    ]


def test_many_bad_lines_are_counted(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, "search_rate\n" + "".join("0.1" + ",0.1" * n + "\n" for n in range(1, 61)))
    assert len(caught.value.problems) == 51
    assert caught.value.problems[-1].endswith("and 10 more.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "points.csv is empty"),
        ("search_rate,motives\n", "points.csv has a header and no rows."),
        (
            "search_rat\n0.3\n",
            "line 1: There is no parameter or lever 'search_rat'. Did you mean search_rate?",
        ),
        ("search_rate,search_rate\n0.3,0.4\n", "line 1: column 'search_rate' is there 2 times."),
        ("search_rate,,motives\n0.3,,equal\n", "line 1: There is no parameter or lever ''."),
        ("motives\nå\n".encode("latin-1"), "line 2: byte 0xe5 is not UTF-8."),
        ('motives\n"equal\n', "unexpected end of data"),
    ],
)
def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)


def test_a_missing_file_is_reported() -> None:
    assert problems_of({"kind": "list", "file": "x.csv"}) == [
        "x.csv cannot be read: No such file or directory."
    ]


# What is refused


def drawn(**factors: Any) -> dict[str, Any]:
    return {"kind": "latin_hypercube", "n": 4, "factors": factors}


def sobol(**settings: Any) -> dict[str, Any]:
    return {"kind": "sobol", "n": 4, "factors": ["search_rate", "embed_rate"], **settings}


def morris(**settings: Any) -> dict[str, Any]:
    return {"kind": "morris", "n": 4, "factors": ["search_rate"], **settings}


def grid(**factors: Any) -> dict[str, Any]:
    return {"kind": "grid", "factors": factors}


def points(*given: Any) -> dict[str, Any]:
    return {"kind": "list", "points": list(given)}


NOT_ALLOWED: list[tuple[Any, str, str]] = [
    (sobol(levels=4), "levels", "sobol does not use it, but n, seed, factors, groups"),
    ({**grid(motives=None), "points": []}, "points", "grid does not use it, but factors"),
    ({**drawn(rapid=None), "groups": {}}, "groups", "latin_hypercube does not use it, but n, seed, factors"),
    (sobol(n=None), "n = None", "it takes the number of base samples, at least 1"),
    (sobol(n=4.5), "n = 4.5", "it takes the number of base samples, at least 1"),
    (morris(n=0), "n = 0", "it takes the number of trajectories, at least 1"),
    (morris(n=True), "n = True", "it takes the number of trajectories, at least 1"),
    ({**drawn(rapid=None), "n": "9"}, "n = '9'", "it takes the number of points, at least 1"),
    (sobol(n=500), "n = 500", "sobol takes a power of two, such as 256 or 512"),
    (sobol(seed=-1), "seed = -1", "it takes a whole number of at least 0"),
    (sobol(seed="a"), "seed = 'a'", "it takes a whole number of at least 0"),
    (morris(levels=3), "levels = 3", "it takes an even number of at least 2 and at most 1,000"),
    (morris(levels=0), "levels = 0", "it takes an even number of at least 2 and at most 1,000"),
    (sobol(factors=None), "factors = None", "it takes names of parameters and levers, or all"),
    (sobol(factors=[]), "factors = []", "it takes names of parameters and levers, or all"),
    (sobol(factors="al"), "factors = 'al'", "it takes names of parameters and levers, or all"),
    (sobol(groups=["a"]), "groups = ['a']", "it takes group: [factor, factor]"),
    (sobol(groups={"a": "search_rate"}), "groups.a = 'search_rate'", "it takes a list of factors"),
    (sobol(groups={"a": []}), "groups.a = []", "it takes a list of factors"),
    (sobol(groups={"embed_rate": ["search_rate"]}), "groups.embed_rate", "a factor has that name"),
    (
        {"kind": "list"},
        "points = None",
        "it takes a list of points such as {brokers: 3}, or give file: points.csv",
    ),
    (points(), "points = []", "it takes a list of points such as {brokers: 3}, or give file: points.csv"),
    (points({}, 3), "points[1] = 3", "it takes names and values, such as {brokers: 3}"),
    (points({"awareness": 3}), "points[0].awareness = 3", "it takes a number from 0 to 1 (share)"),
    (points({"awareness": None}), "points[0].awareness = None", "it takes a number from 0 to 1 (share)"),
]
KINDS = "list, draws, grid, latin_hypercube, sobol, morris, one_at_a_time"
REFUSED: list[tuple[Any, str]] = [
    ("sobol", "design = 'sobol' is not allowed: it takes settings, such as kind: sobol."),
    ({}, f"There is no kind of design 'None'. There are: {KINDS}."),
    ({"kind": "sobl"}, "There is no kind of design 'sobl'. Did you mean sobol?"),
    ({"kind": ["sobol"]}, "There is no kind of design \"['sobol']\". Did you mean sobol?"),
    (sobol(sed=1), "design: There is no setting 'sed'. Did you mean seed?"),
    (sobol(n=2**40), "design has 4,398,046,511,104 points: at most 10,000,000 are allowed."),
    (
        grid(search_rate={"steps": 10_000}, rapid={"steps": 10_000}),
        "design has 100,000,000 points: at most 10,000,000 are allowed.",
    ),
    (sobol(factors=["rapid", "rapid"]), "design.factors: rapid is there 2 times."),
    (sobol(factors=["rapit"]), "design.factors: There is no parameter or lever 'rapit'. Did you mean rapid?"),
    (
        sobol(factors=[["x"]]),
        "design.factors: There is no parameter or lever \"['x']\". See model/ODD.md for all of them.",
    ),
    (drawn(rapit=None), "design.factors: There is no parameter or lever 'rapit'. Did you mean rapid?"),
    (
        sobol(groups={"a": ["search_rat"]}),
        "design.groups.a: There is no factor 'search_rat'. Did you mean search_rate?",
    ),
    (
        sobol(groups={"a": [["x"]]}),
        "design.groups.a: There is no factor \"['x']\". There are: search_rate, embed_rate.",
    ),
    (
        sobol(groups={"a": ["search_rate", "embed_rate"], "b": ["search_rate"]}),
        "design.groups: search_rate is there 2 times; a factor is in one group at most.",
    ),
    (points({}), "design.points change nothing: give at least one a parameter or lever."),
    (points({"rapit": 1}), "design.points[0]: There is no parameter or lever 'rapit'. Did you mean rapid?"),
]


@pytest.mark.parametrize(("given", "thing", "reason"), NOT_ALLOWED, ids=str)
def test_what_is_not_allowed_is_refused(given: Any, thing: str, reason: str) -> None:
    assert problems_of(given) == [f"design.{thing} is not allowed: {reason}."]


@pytest.mark.parametrize(("given", "problem"), REFUSED, ids=str)
def test_what_cannot_be_used_is_refused(given: Any, problem: str) -> None:
    assert problems_of(given) == [problem]


def test_every_problem_is_told_at_once() -> None:
    factors = {
        "rapit": None,
        "rapid": {"low": 0, "distribution": "triangular", "steps": 3},
        "motives": {"values": ["fair", "unfair"]},
    }
    groups = {"a": ["rapod"], "motives": ["rapid"]}
    told = problems_of(sobol(n=3, seed=-1, levels=4, factors=factors, groups=groups))
    parts = (
        "design.levels", "design.n = 3", "design.seed = -1", "group", "group", "'rapit'", "rapid.steps",
        "rapid.low = 0", "rapid.mode", "'fair'", "'unfair'",
    )  # fmt: skip
    assert len(told) == len(parts)
    assert all(part in problem for part, problem in zip(parts, told, strict=True))


def test_settings_that_are_null_are_as_good_as_absent() -> None:
    plain = design_from(sobol())
    nulls = {"levels": None, "points": None, "seed": None, "groups": None}
    given = sobol(**nulls, factors={"search_rate": {"low": None, "values": None}, "embed_rate": None})
    assert (design_from(given).samples == plain.samples).all()


@pytest.mark.parametrize("settings", [*DRAWN, *CHOSEN], ids=lambda settings: settings["kind"])
def test_a_design_tells_what_its_statistics_take(settings: dict[str, Any]) -> None:
    design = design_from(settings)
    assert design.scrambles == (8 if settings["kind"] == "sobol" else 0)
    assert design.levels == (settings.get("levels", 4) if settings["kind"] == "morris" else 0)
    assert design.kind.keeps_positions == (settings["kind"] == "morris")
