"""Median, p99 and maximum of measured times."""

import pytest

from pianomime_core.spread import spread_ms


def test_a_hundred_and_one_times():
    assert spread_ms([k * 1e-3 for k in range(101)], "wait") == pytest.approx(
        {"wait_p50_ms": 50.0, "wait_p99_ms": 99.0, "wait_max_ms": 100.0}
    )


def test_nothing_measured():
    assert spread_ms([], "wait") == {}
