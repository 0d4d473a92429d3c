"""Median, p99 and maximum of measured times."""

import time

import numpy as np
import pytest

from pianomime_core.latency_percentiles import LatencyPercentiles, percentiles_ms


def test_a_hundred_and_one_times():
    assert percentiles_ms([k * 1e-3 for k in range(101)], "wait") == pytest.approx(
        {"wait_p50_ms": 50.0, "wait_p99_ms": 99.0, "wait_max_ms": 100.0}
    )


def test_nothing_measured():
    assert percentiles_ms([], "wait") == {}
    assert LatencyPercentiles().ms("wait") == {}


def test_times_one_by_one_tell_the_same_of_two_hours():
    times_s = np.random.default_rng(0).lognormal(mean=-5.0, sigma=1.0, size=144_000)
    times = LatencyPercentiles()
    for time_s in times_s.tolist():
        times.add(time_s)
    assert times.count == 144_000
    assert times.ms("wait") == pytest.approx(percentiles_ms(times_s.tolist(), "wait"), rel=0.01)
    assert times.ms("wait")["wait_max_ms"] == 1e3 * times_s.max()


@pytest.mark.parametrize("time_s", [0.0, 1e-12, 0.05, 1e6])
def test_times_of_any_length_are_taken(time_s):
    times = LatencyPercentiles()
    times.add(time_s)
    assert times.ms("wait")["wait_max_ms"] == 1e3 * time_s
    assert times.ms("wait")["wait_p50_ms"] <= 1e3 * time_s


def test_two_hours_cost_a_report_no_more_than_a_minute():
    def cost_s(times: LatencyPercentiles) -> float:
        costs_s = []
        for _ in range(50):
            begin_s = time.perf_counter()
            times.ms("wait")
            costs_s.append(time.perf_counter() - begin_s)
        return min(costs_s)

    minute, hours = LatencyPercentiles(), LatencyPercentiles()
    for times, steps in ((minute, 1_200), (hours, 144_000)):
        for step in range(steps):
            times.add(0.05 + 1e-4 * (step % 7))
    assert cost_s(hours) < 3 * cost_s(minute), "a list of all times costs a hundred times as much"
