"""Timings of known frames."""

import pytest

from pianomime_perception.live_times import REMEMBERED, LiveTimes


def test_ten_pictures_a_second():
    times = LiveTimes()
    assert times.values() == {}
    for k in range(101):
        times.add(latency_s=k / 1000, tracking_s=0.02, done_s=5 + k / 10, seen=[True, k < 51])
    values = times.values()
    assert values["rate_hz"] == pytest.approx(10)
    assert values["latency_p50_ms"] == pytest.approx(50)
    assert values["latency_p95_ms"] == pytest.approx(95)
    assert values["tracking_p50_ms"] == values["tracking_p95_ms"] == pytest.approx(20)
    assert values["rh_seen_share"] == 1
    assert values["lh_seen_share"] == pytest.approx(51 / 101)


def test_old_pictures_are_forgotten_but_counted():
    times = LiveTimes()
    for k in range(3 * REMEMBERED):
        times.add(1.0 if k < 2 * REMEMBERED else 0.1, 0.01, k / 20, [False, False])
    assert times.pictures == 3 * REMEMBERED
    assert times.values()["latency_p95_ms"] == pytest.approx(100)
    assert times.values()["rate_hz"] == pytest.approx(20)
