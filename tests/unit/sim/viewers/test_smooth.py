import threading
import time

import numpy as np
import pytest
from viewer_snapshots import snapshot

from pianomime_sim.viewers.smooth import SmoothViewer, blend


class Sketch(SmoothViewer):
    """Keeps what it draws."""

    def __init__(self, failure: Exception | None = None) -> None:
        super().__init__()
        self.frames = []
        self.ages_s = []
        self.arrived, self.aged = threading.Event(), threading.Event()
        self.closed = 0
        self.failure = failure
        self.start()

    def _draw(self, frame):
        if self.failure is not None:
            self.arrived.set()
            raise self.failure
        self.frames.append(frame)
        if frame.progress == 1.0:
            self.arrived.set()

    def _idle(self, shown, age_s):
        self.ages_s.append(age_s)
        if len(self.ages_s) == 2:
            self.aged.set()

    def _close(self):
        self.closed += 1


def hands_at(value: float, time_s: float):
    return snapshot(joint_positions=np.full(54, value), time_s=time_s)


def test_blending_moves_hands_and_keys_in_proportion():
    frame = blend(hands_at(0.0, 1.0), hands_at(2.0, 1.05), 0.25)
    np.testing.assert_allclose(frame.snapshot.joint_positions, 0.5)
    assert frame.snapshot.time_s == 1.05
    assert frame.progress == 0.25


def test_blending_moves_keys_but_not_what_counts_as_pressed():
    up, down = snapshot(), snapshot(wanted=[60], pressed=[60])
    frame = blend(up, down, 0.5)
    np.testing.assert_allclose(frame.snapshot.key_angles, down.key_angles / 2)
    assert frame.snapshot.pressed.sum() == 1


@pytest.mark.parametrize(("progress", "shown"), [(-1.0, 0.0), (0.0, 0.0), (1.0, 2.0), (7.0, 2.0)])
def test_blending_never_goes_beyond_the_two_snapshots(progress, shown):
    frame = blend(hands_at(0.0, 1.0), hands_at(2.0, 1.05), progress)
    np.testing.assert_allclose(frame.snapshot.joint_positions, shown)


def test_the_picture_comes_to_rest_at_the_last_snapshot():
    viewer = Sketch()
    viewer.update(hands_at(0.0, 1.0))
    assert viewer.arrived.wait(10)
    viewer.arrived.clear()
    viewer.update(hands_at(3.0, 1.05))
    assert viewer.arrived.wait(10)
    viewer.close()
    shown = [frame.snapshot.joint_positions[0] for frame in viewer.frames]
    assert shown == sorted(shown)
    assert shown[-1] == 3.0


def test_a_burst_of_snapshots_ends_at_the_newest():
    viewer = Sketch()
    for step in range(1000):
        viewer.update(hands_at(step, step * 0.05))
    while not viewer.frames or viewer.frames[-1].snapshot.joint_positions[0] < 999:
        viewer.arrived.clear()
        assert viewer.arrived.wait(10)
    viewer.close()
    assert len(viewer.frames) < 1000


def test_time_that_goes_back_is_a_jump():
    viewer = Sketch()
    viewer.update(hands_at(5.0, 10.0))
    viewer.update(hands_at(0.0, 0.0))
    while not viewer.frames or viewer.frames[-1].snapshot.time_s > 0:
        viewer.arrived.clear()
        assert viewer.arrived.wait(10)
    viewer.close()
    assert {frame.snapshot.joint_positions[0] for frame in viewer.frames} <= {0.0, 5.0}


def test_closing_twice_closes_once():
    viewer = Sketch()
    assert viewer.is_open
    viewer.close()
    viewer.close()
    assert not viewer.is_open
    assert viewer.closed == 1


def test_an_error_while_drawing_reaches_the_caller():
    viewer = Sketch(failure=ValueError("out of paint"))
    viewer.update(hands_at(0.0, 1.0))
    assert viewer.arrived.wait(10)
    with pytest.raises(ValueError, match="out of paint"):  # noqa: PT012
        for _ in range(1000):  # the thread reports a moment after it has failed
            viewer.update(hands_at(0.0, 1.0))
            time.sleep(0.01)
    viewer.close()


def test_a_picture_that_is_not_followed_by_another_grows_old():
    viewer = Sketch()
    viewer.update(hands_at(0.0, 1.0))
    assert viewer.aged.wait(10)
    viewer.close()
    assert viewer.ages_s[1] > viewer.ages_s[0] > 0
    assert len(viewer.frames) == 1, "nothing new is drawn"
