"""The follower in closed loop with the simulator."""

import numpy as np
import pytest

from pianomime_core.hands import FINGERS, SIDES
from pianomime_description.hand_spec import fingertip_site
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.demo.fingertip_follower import FingertipFollower, FingertipFollowerConfig

CONFIG = FingertipFollowerConfig()
SPREAD_M = np.array([-0.045, -0.023, 0.0, 0.022, 0.042])
DEPTH_M = np.array([0.06, 0.025, 0.015, 0.022, 0.045])


class Stage:
    """A follower and its robot."""

    def __init__(self) -> None:
        self.simulator = Simulator(SceneConfig())
        self.follower = FingertipFollower()
        self.state = self.simulator.reset(self.follower.start())
        self.step, self.pressed = 0, False
        names = [[fingertip_site(side, finger) for finger in FINGERS] for side in SIDES]
        self.sites = [[self.simulator.model.site(name).id for name in row] for row in names]

    def play(self, points=None, steps=1):
        """Fingertips (2, 5, 3) after a number of steps, with the points observed in each; None: no observation."""
        for _ in range(steps):
            if points is not None:
                self.follower.update(points)
            targets = self.follower.act(self.step, self.state.joint_positions, self.state.joint_velocities)
            lowest, highest = self.simulator.target_range.T
            assert np.all(np.isfinite(targets))
            assert np.all((targets >= lowest) & (targets <= highest))
            self.state, self.step = self.simulator.step(targets), self.step + 1
            self.pressed |= self.state.key_pressed.any()
        return self.simulator.data.site_xpos[self.sites].copy()


def hands_at(right_m, left_m, height_m=0.05):
    points = np.zeros((2, 6, 3))
    points[..., 2] = height_m
    for points_of, centre, spread in zip(points, (right_m, left_m), (SPREAD_M, -SPREAD_M), strict=True):
        points_of[1:, 0], points_of[1:, 1] = DEPTH_M, centre + spread
        points_of[0] = 0.17, centre, np.nan
    return points


def error_m(played, points):
    return np.linalg.norm((played - points[:, 1:])[..., :2], axis=-1)


def test_the_hands_come_to_where_the_fingertips_are_and_stay():
    stage, points = Stage(), hands_at(0.3, -0.2)
    assert error_m(stage.play(points, 40), points).max() < 0.015
    assert not stage.pressed
    still = stage.play(points, 10)
    assert np.abs(stage.play(points, 10) - still).max() < 0.001


def test_slow_hands_are_followed_within_centimetres_and_a_leap_is_no_leap():
    stage = Stage()
    stage.play(hands_at(0.2, -0.2), 40)
    for step in range(40):
        points = hands_at(0.2 + 0.005 * step, -0.2)
        played = stage.play(points)
        assert error_m(played, points)[0].max() < 0.035, step
    before = played
    for _ in range(12):  # 40 cm to the left
        played = stage.play(hands_at(0.0, -0.4))
        assert np.abs(played - before).max() < 0.1
        before = played


def test_a_hand_out_of_sight_waits_and_then_lifts():
    stage, points = Stage(), hands_at(0.2, -0.2, 0.03)
    seen = stage.play(points, 40)
    points[0] = np.nan
    waits = stage.play(points, CONFIG.hold_steps)
    assert np.abs(waits - seen).max() < 0.004
    lifted = stage.play(points, 30)
    assert (lifted[0, :, 2] - seen[0, :, 2]).min() > 0.03
    assert np.abs(lifted[1] - seen[1]).max() < 0.004
    assert np.abs(lifted[0, :, :2] - seen[0, :, :2]).max() < 0.03
    back = stage.play(hands_at(0.2, -0.2, 0.03), 30)
    assert np.abs(back - seen).max() < 0.004


def test_without_observations_both_hands_count_as_unseen():
    stage = Stage()
    seen = stage.play(hands_at(0.2, -0.2, 0.03), 40)
    assert (stage.play(None, 50)[..., 2] - seen[..., 2]).min() > 0.03


def test_a_finger_out_of_sight_moves_along_with_its_hand():
    stage = Stage()
    stage.play(hands_at(0.2, -0.2), 40)
    points = hands_at(0.3, -0.2)
    whole = points.copy()
    points[0, 3] = np.nan
    assert error_m(stage.play(points, 40), whole).max() < 0.02


def test_unknown_heights_keep_off_the_keys():
    stage, points = Stage(), hands_at(0.2, -0.2, np.nan)
    played = stage.play(points, 40)
    assert played[..., 2].min() > 0.03
    assert not stage.pressed


@pytest.mark.parametrize("far_m", [5.0, -5.0, 1e6])
def test_points_off_the_piano_do_no_harm(far_m):
    stage = Stage()
    played = stage.play(np.full((2, 6, 3), far_m), 20)
    assert np.abs(played).max() < 1.0


def test_a_new_start_forgets():
    follower = FingertipFollower()
    first = follower.start()
    follower.update(hands_at(0.4, -0.4))
    follower.act(0, first, np.zeros_like(first))
    assert np.array_equal(follower.start(), first)


def test_the_shape_is_checked():
    with pytest.raises(ValueError, match=r"\(2, 5, 3\)"):
        FingertipFollower().update(np.zeros((2, 5, 3)))
