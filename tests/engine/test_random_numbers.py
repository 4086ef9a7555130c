"""The numbers that noise is made of: known answers, distribution, independence."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from engine.runner.random_numbers import normal, normal_pair, philox, seed_words, uniform_pair

DRAWS = 20_000


# Random123, tests/kat_vectors: philox4x32 with 10 rounds; counter, key, answer.
@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ("00000000 " * 4, "00000000 " * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff " * 4, "ffffffff " * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            "243f6a88 85a308d3 13198a2e 03707344",
            "a4093822 299f31d0",
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_the_generator_gives_the_known_answers(counter, key, answer):
    words = [int(word, 16) for word in (counter + " " + key).split()]
    assert philox(*words) == tuple(int(word, 16) for word in answer.split())


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1, 2**32, 2**64 - 1])
def test_a_seed_is_the_two_words_of_the_key(seed):
    low, high = seed_words(seed)
    assert 0 <= low < 2**32
    assert 0 <= high < 2**32
    assert low + (high << 32) == seed


def test_uniform_numbers_reach_1_and_never_0(monkeypatch):
    low, high = 0x00000000, 0xFFFFFFFF
    for word, value in ((low, 2.0**-53), (high, 1.0)):
        monkeypatch.setattr(
            "engine.runner.random_numbers.philox", lambda *_, word=word: (word,) * 4
        )
        assert uniform_pair(0, 0, 0, 0, 0) == (value, value)
        assert all(map(math.isfinite, normal_pair(0, 0, 0, 0, 0)))


@pytest.fixture(scope="module")
def draws():
    """Return normal numbers (steps, states) of one seed."""
    pairs = [[normal_pair(12, 34, n, pair, 0) for pair in (0, 1)] for n in range(DRAWS)]
    return np.array(pairs).reshape(DRAWS, 4)


def test_normal_numbers_are_normal(draws):
    for column in draws.T:
        assert stats.kstest(column, "norm").pvalue > 1e-3
    z = draws.ravel()
    error = 1.0 / math.sqrt(z.size)
    assert abs(z.mean()) < 4.0 * error
    assert abs(z.var() - 1.0) < 4.0 * math.sqrt(2.0) * error
    assert abs((z**3).mean()) < 4.0 * math.sqrt(15.0) * error
    assert abs((z**4).mean() - 3.0) < 4.0 * math.sqrt(96.0) * error


def test_states_are_independent(draws):
    for a, b in itertools.combinations(range(4), 2):
        assert abs(np.mean(draws[:, a] * draws[:, b])) < 4.0 / math.sqrt(DRAWS)
        # A dependence that a correlation does not see.
        assert abs(np.mean((draws[:, a] ** 2 - 1) * (draws[:, b] ** 2 - 1))) < 8.0 / math.sqrt(
            DRAWS
        )


def test_steps_are_independent(draws):
    for column in draws.T:
        for lag in (1, 2, 3, 7, 64, 1024):
            product = column[:-lag] * column[lag:]
            assert abs(product.mean()) < 4.0 / math.sqrt(product.size)


def test_neighbouring_seeds_and_substeps_are_independent(draws):
    count = 4000
    first = draws[:count, 0]
    others = {
        "next seed": [normal(12 + (34 << 32) + 1, n, 0) for n in range(count)],
        "next upper word": [normal(12 + (35 << 32), n, 0) for n in range(count)],
        "substep": [normal(12 + (34 << 32), n, 0, substep=1) for n in range(count)],
        "later steps": [normal(12 + (34 << 32), n + 2**32, 0) for n in range(count)],
    }
    for name, values in others.items():
        assert stats.kstest(values, "norm").pvalue > 1e-3, name
        assert abs(np.mean(first * values)) < 4.0 / math.sqrt(count), name


def test_the_number_of_a_state_is_one_of_its_pair(draws):
    seed = 12 + (34 << 32)
    assert [normal(seed, 5, i) for i in range(4)] == draws[5].tolist()
