"""The physics of one performance: a thread that goes on, is ended or cancelled, fails, and waits for the last goal."""

import numpy as np
import pytest

from pianomime_sim import physics_thread as module
from pianomime_sim.physics_thread import PhysicsThread

START = np.zeros(54)


class Played:
    """A playback that goes on until it is stopped."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure, self.ran, self.lifted = failure, None, False

    def run(self, start, steps, stop, first) -> None:
        self.ran = (steps, first)
        if self.failure:
            raise self.failure
        stop.wait(10.0)

    def lift(self) -> None:
        self.lifted = True


@pytest.fixture
def begun():
    physics = PhysicsThread(Played(), None, None, lift=True)
    physics.begin(START, 8, 3)
    yield physics
    physics.end()


def test_it_goes_on_until_it_is_ended_and_keeps_the_hands_where_they_are(begun):
    assert begun.is_going_on
    begun.end()
    assert not begun.is_going_on
    assert begun.playback.ran == (8, 3)
    assert not begun.playback.lifted


def test_cancelled_it_ends_as_music_does(begun):
    begun.cancel()
    begun.end()
    assert begun.playback.lifted


def test_its_failure_is_kept_for_who_looks_after_it():
    failure = RuntimeError("no power")
    physics = PhysicsThread(Played(failure), None, None, lift=True)
    physics.begin(START, 8, 0)
    physics.end()
    assert physics.failure is failure
    assert not physics.playback.lifted


def test_the_last_goal_is_waited_for_from_the_first_look_on(monkeypatch):
    physics, now_s = PhysicsThread(Played(), None, None, lift=False), [50.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now_s[0])
    assert not physics.goal_is_late()
    now_s[0] += module.FINAL_WAIT_S + 0.1
    assert physics.goal_is_late()
