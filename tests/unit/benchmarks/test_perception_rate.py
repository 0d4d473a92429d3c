"""What the benchmark of perception reports for known frames."""

import numpy as np
import pytest
from benchmarks.perception_rate import measured


def test_half_of_thirty_pictures_a_second():
    heard_s = 7 + np.arange(151) / 15
    ages_s = np.linspace(0.05, 0.15, 151)
    seen = [np.array([True, k >= 15]) for k in range(151)]
    numbers = measured(302, heard_s, ages_s, seen)
    assert numbers["rate_hz"] == pytest.approx(15)
    assert numbers["latency_p50_ms"] == pytest.approx(100)
    assert numbers["latency_p95_ms"] == pytest.approx(145)
    assert numbers["looked_at"] == pytest.approx(0.5)
    assert numbers["both_hands"] == pytest.approx(136 / 151)
