"""Chance: known answers of the generators, statistical checks, samplers against their distributions.

Each statistical test compares its smallest p-value with FALSE_ALARM divided by the number of p-values, so a
sound generator would fail each test for one choice of seeds in a thousand. The seeds are fixed.
"""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from model import chance
from model.machine.compiling import entry

ROOT = Path(__file__).parents[2]
FALSE_ALARM = 1e-3
N = 1 << 17


@entry
def fill_uniform(out, seeds, processes, months, whos, draws):
    for i in range(out.size):
        stream = chance.stream_of(seeds[i], processes[i], months[i])
        out[i] = chance.uniform(stream, whos[i], draws[i])


@entry
def fill_sampler(out, sampler, a, b):
    stream = chance.stream_of(7, 99, 3)
    for i in range(out.size):
        if sampler == 0:
            out[i] = chance.normal(stream, i, 0)
        elif sampler == 1:
            out[i] = chance.log_normal(stream, i, 0, a, b)
        elif sampler == 2:
            out[i] = chance.gamma(stream, i, 0, a)
        elif sampler == 3:
            out[i] = chance.beta(stream, i, 0, a, b)
        elif sampler == 4:
            out[i] = chance.poisson(stream, i, 0, a)
        elif sampler == 5:
            out[i] = chance.index(stream, i, 0, int(a))
        elif sampler == 6:
            out[i] = chance.happens(stream, i, 0, a)
        else:
            out[i] = chance.yearly_number(chance.stream_of(i, 99, 3), a)


SAMPLERS = ("normal", "log_normal", "gamma", "beta", "poisson", "index", "happens", "yearly_number")


def uniforms(n=N, **varying):
    """Draws of n addresses; those parts of the address that are not named stay the same."""
    address = {"seed": 11, "process": 40, "month": 17, "who": 1234, "draw": 2} | varying
    parts = [np.ascontiguousarray(np.broadcast_to(part, n), np.int64) for part in address.values()]
    out = np.empty(n)
    fill_uniform(out, *parts)
    return out


def sampled(sampler, a=0.0, b=0.0, n=20_000):
    out = np.empty(n)
    fill_sampler(out, SAMPLERS.index(sampler), float(a), float(b))
    return out


def check(p_values):
    assert min(p_values) > FALSE_ALARM / len(p_values)


# Random123 1.14.0, tests/kat_vectors: counter, key, expected.
PHILOX = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]
SPLITMIX = [  # seed 1234567
    6457827717110365317,
    3203168211198807973,
    9817491932198370423,
    4593380528125082431,
    16408922859458223821,
]


@pytest.mark.parametrize(("counter", "key", "expected"), PHILOX)
def test_philox_known_answers(counter, key, expected):
    def words(text):
        return tuple(int(word, 16) for word in text.split())

    assert chance.philox4x32(*words(counter), *words(key)) == words(expected)


def test_splitmix_known_answers():
    assert [chance.splitmix64(1234567, i) for i in range(5)] == SPLITMIX


def test_uniform_is_a_position_in_a_stream():
    stream = chance.stream_of(2**63 - 1, 80, 239)
    word0, word1, _, _ = chance.philox4x32(80, 239, 0, 0, 2**32 - 1, 2**31 - 1)
    assert stream == word1 << 32 | word0
    number = chance.splitmix64(np.uint64(stream), 64 * 35 + 3) >> 12
    assert chance.uniform(np.uint64(stream), 35, 3) == (number + 0.5) / 2**52


COUNT = np.arange(N)
AXES = {
    "who": {"who": COUNT},
    "draw": {"who": COUNT // 64, "draw": COUNT % 64},
    "pair": {"who": (COUNT % 382 << 20) | (COUNT // 382)},
    "need": {"who": (((COUNT % 36 << 12) | (COUNT // 36 % 240)) << 10) | (COUNT // 8640)},
    "attribute": {"who": (COUNT // 11 * 32) + COUNT % 11},
    "month": {"month": COUNT},
    "seed": {"seed": COUNT},
    "large seed": {"seed": COUNT * (2**63 // N)},
    "process": {"process": COUNT},
}


@pytest.mark.parametrize("axis", AXES)
def test_uniformity(axis):
    """Evenly spread, alone and in overlapping pairs and triples; uncorrelated at any lag; every bit fair."""
    u = uniforms(**AXES[axis])
    assert ((u > 0) & (u < 1)).all()
    p_values = [stats.kstest(u, "uniform").pvalue]
    for dimensions, cells in ((1, 1024), (2, 64), (3, 16)):
        points = np.floor(u[: N // dimensions * dimensions].reshape(-1, dimensions) * cells).astype(int)
        cell = points @ cells ** np.arange(dimensions)
        p_values.append(stats.chisquare(np.bincount(cell, minlength=cells**dimensions)).pvalue)
    for lag in (1, 2, 3, 7, 11, 36, 64, 240, 382, 1024):
        correlation = np.corrcoef(u[:-lag], u[lag:])[0, 1]
        p_values.append(2 * stats.norm.sf(abs(correlation) * np.sqrt(N - lag)))
    numbers = np.floor(u * 2**52).astype(np.uint64)
    for bit in range(52):
        ones = int(((numbers >> np.uint64(bit)) & np.uint64(1)).sum())
        p_values.append(stats.binomtest(ones, N).pvalue)
    check(p_values)


def test_streams_are_independent():
    """The same who in neighbouring months, seeds, processes and draws draws unrelated numbers."""
    base = {"seed": 5, "process": 50, "month": 60, "draw": 0}
    u = uniforms(who=COUNT, **base)
    p_values = []
    for part, step in itertools.product(base, (1, 2, 12)):
        v = uniforms(who=COUNT, **(base | {part: base[part] + step}))
        p_values.append(2 * stats.norm.sf(abs(np.corrcoef(u, v)[0, 1]) * np.sqrt(N)))
        cell = np.floor(u * 32).astype(int) * 32 + np.floor(v * 32).astype(int)
        p_values.append(stats.chisquare(np.bincount(cell, minlength=1024)).pvalue)
    check(p_values)


def test_avalanche():
    """Any bit of an address turns over half the bits of the draw."""
    n = 2048
    rng = np.random.default_rng(1)
    widths = {"seed": 63, "process": 7, "month": 12, "who": 56, "draw": 6}
    address = {part: rng.integers(0, 2**width, n) for part, width in widths.items()}
    before = np.floor(uniforms(n, **address) * 2**52).astype(np.uint64)
    p_values = []
    for part, width in widths.items():
        for bit in range(width):
            flipped = address | {part: address[part] ^ (1 << bit)}
            turned = before ^ np.floor(uniforms(n, **flipped) * 2**52).astype(np.uint64)
            counts = np.bitwise_count(turned)
            z = (int(counts.sum()) - 26 * n) / np.sqrt(13 * n)
            p_values.append(2 * stats.norm.sf(abs(z)))
            ones = [int(((turned >> np.uint64(k)) & np.uint64(1)).sum()) for k in range(52)]
            p_values.append(stats.chi2.sf(((np.array(ones) - n / 2) ** 2 / (n / 4)).sum(), 52))
    check(p_values)


def test_no_draw_twice():
    """Among a million addresses that a run could use, none share a draw (chance of one: 1 in 8,000)."""
    who = np.arange(2**20) * 64 % (2**44 - 1)
    assert len(np.unique(uniforms(2**20, who=who))) == 2**20


EDGES = {
    "pair_of": (2**14, 2**20),
    "need_of": (2**14, 2**12, 2**10),
    "introduction_of": (2**36, 2**20),  # a need of 16,384 councils, a researcher
    "attribute_of": (2**20, 32),
}


@pytest.mark.parametrize("name", EDGES)
def test_addresses_are_distinct(name):
    """An address can be read back over its whole stated range, so no two are alike; all fit in 63 bits."""
    sizes = EDGES[name]
    rng = np.random.default_rng(2)
    edges = list(itertools.product(*[(0, 1, size // 2, size - 2, size - 1) for size in sizes]))
    inner = [tuple(int(rng.integers(size)) for size in sizes) for _ in range(500)]
    for parts in edges + inner:
        who = getattr(chance, name)(*parts)
        assert 0 <= who * 64 + 63 < 2**63
        read = []
        for size in reversed(sizes):
            who, part = divmod(who, size)
            read.append(part)
        assert tuple(reversed(read)) == parts
        assert who == 0


def test_every_draw_has_one_use():
    """In a run with every lever pulled no address is drawn at two places of the code, nor past draw 63."""
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)}
    script = "from tests.model.draws import print_misused; print_misused()"
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "none", ran.stdout


SHAPES = (0.8, 1.0, 1.5, 1.6, 2.0, 2.4, 3.0, 3.2, 4.0, 6.0)


@pytest.mark.parametrize("shape", SHAPES)
def test_gamma(shape):
    check([stats.kstest(sampled("gamma", shape), stats.gamma(shape).cdf).pvalue])


@pytest.mark.parametrize(("a", "b"), [(2, 3), (2, 6), (2, 2), (4, 4), (1.5, 4)])
def test_beta(a, b):
    check([stats.kstest(sampled("beta", a, b), stats.beta(a, b).cdf).pvalue])


def test_normal():
    check([stats.kstest(sampled("normal"), stats.norm.cdf).pvalue])


@pytest.mark.parametrize(("median", "sigma"), [(12.0, 0.4), (170_000.0, 0.6), (500.0, 0.8)])
def test_log_normal(median, sigma):
    expected = stats.lognorm(sigma, scale=median)
    check([stats.kstest(sampled("log_normal", median, sigma), expected.cdf).pvalue])


def check_counts(drawn, expected):
    """Chi-squared test of whole numbers, in cells that its quantiles cut."""
    cuts = np.unique(expected.ppf(np.linspace(0, 1, 25)[1:-1]))
    counts = np.bincount(np.searchsorted(cuts, drawn), minlength=len(cuts) + 1)
    chances = np.diff([0.0, *expected.cdf(cuts), 1.0])
    check([stats.chisquare(counts, chances * len(drawn)).pvalue])


@pytest.mark.parametrize("mean", [0.3, 5.0, 40.0, 1200.0])
def test_poisson(mean):
    check_counts(sampled("poisson", mean), stats.poisson(mean))


def test_poisson_of_nothing():
    assert not sampled("poisson", 0.0).any()


@pytest.mark.parametrize("n", [1, 2, 8, 36, 540])
def test_index(n):
    drawn = sampled("index", n).astype(int)
    assert drawn.min() == 0
    assert drawn.max() == n - 1
    if n > 1:
        check([stats.chisquare(np.bincount(drawn, minlength=n)).pvalue])


@pytest.mark.parametrize("hazard", [0.0015, 0.04, 0.29, 1.0, 3.0])
def test_happens(hazard):
    happened = sampled("happens", hazard, n=200_000).sum()
    check([stats.binomtest(int(happened), 200_000, 1 - np.exp(-hazard)).pvalue])


@pytest.mark.parametrize("per_year", [0.0, 1.0, 6.0, 12.0, 30.0])
def test_yearly_number(per_year):
    """n a year is n/12 a month, the fraction by a draw."""
    drawn = sampled("yearly_number", per_year)
    whole, fraction = divmod(per_year / 12, 1)
    assert set(np.unique(drawn)) <= {whole, whole + (fraction > 0)}
    check([stats.binomtest(int((drawn - whole).sum()), len(drawn), fraction).pvalue])
