"""Absolute deadlines on a fake clock."""

import pytest

from pianomime_sim.rate import Rate


class Clock:
    """Time passes only when somebody sleeps or works; every sleep takes `extra` longer than asked."""

    def __init__(self, extra: float = 0.0) -> None:
        self.now = 100.0
        self.extra = extra

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds + self.extra


def test_late_beats_do_not_move_later_ones():
    clock = Clock(extra=0.002)
    rate = Rate(0.05, clock, clock.pass_by)
    rate.start()
    ends, lateness_s = [], []
    for _ in range(20):
        lateness_s.append(rate.wait())
        ends.append(clock.now - 100.0)
    # A chain of relative sleeps would be 20 x 2 ms late by now.
    assert ends == pytest.approx([0.05 * (k + 1) + 0.002 for k in range(20)])
    assert lateness_s == pytest.approx([0.002] * 20)


def test_after_a_stall_it_catches_up():
    clock = Clock()
    rate = Rate(0.05, clock, clock.pass_by)
    rate.start()
    lateness_s = [rate.wait()]
    clock.now += 0.12
    ends = []
    for _ in range(4):
        lateness_s.append(rate.wait())
        ends.append(clock.now - 100.0)
    assert ends == pytest.approx([0.17, 0.17, 0.20, 0.25])
    assert lateness_s == pytest.approx([0.0, 0.07, 0.02, 0.0, 0.0], abs=1e-9)


def test_a_sleep_that_ends_early_goes_on():
    clock = Clock()
    rate = Rate(0.05, clock, lambda seconds: clock.pass_by(seconds / 2 if seconds > 1e-3 else seconds))
    rate.start()
    rate.wait()
    assert clock.now >= 100.05
