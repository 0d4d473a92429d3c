"""Fingertip targets: reported by controllers that move fingertips, on the keys to press, and published as reported."""

import numpy as np
import pytest
from visualization_msgs.msg import Marker

from pianomime_core.keyboard import KEYBOARD
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import FingertipTargets, Observation, ReportsFingertipTargets
from pianomime_policy.controllers.idle.idle import Idle
from pianomime_policy.controllers.registry import make_controller
from pianomime_policy.nodes.ros_fingertips import fingertip_markers

LEFT_KEYS, RIGHT_KEYS = (27, 31), (43, 46)


@pytest.mark.parametrize("name", ["streaming", "reactive", "foresight"])
def test_controllers_that_move_fingertips_report_their_targets(name):
    controller = make_controller(name, SceneConfig())
    assert isinstance(controller, ReportsFingertipTargets)
    rows = controller.horizon_steps
    goal, pedal = np.zeros((rows, 88), dtype=bool), np.zeros(rows, dtype=bool)
    goal[:, [*LEFT_KEYS, *RIGHT_KEYS]] = True
    positions = controller.start(goal, pedal)
    assert controller.fingertip_targets() is None
    controller.act(Observation(0, goal, pedal, positions, np.zeros(54), np.zeros(88)))
    target_m, key = controller.fingertip_targets()
    assert (target_m.shape, key.shape) == ((2, 5, 3), (2, 5))
    # Right hand first.
    assert [sorted(hand[hand >= 0].tolist()) for hand in key] == [list(RIGHT_KEYS), list(LEFT_KEYS)]
    pressing = key >= 0
    aside_m = np.abs(target_m[pressing, 1] - KEYBOARD.center_y_m[key[pressing]])
    assert (aside_m < KEYBOARD.width_m[key[pressing]] / 2).all()
    assert (np.abs(target_m[..., 2]) < 0.1).all()
    controller.start(goal, pedal)
    assert controller.fingertip_targets() is None


def test_without_fingertips_none_are_reported():
    assert not isinstance(Idle(), ReportsFingertipTargets)


def test_targets_are_spheres_and_those_that_press_stand_out():
    target_m = np.arange(30.0).reshape(2, 5, 3) / 100
    key = np.full((2, 5), -1)
    key[0, 1], key[1, 4] = 40, 20
    right, left = fingertip_markers(3, FingertipTargets(target_m, key)).markers
    assert [(marker.ns, marker.id) for marker in (right, left)] == [("rh_targets", 0), ("lh_targets", 0)]
    for hand, (marker, pressing) in enumerate(((right, 1), (left, 4))):
        assert (marker.type, marker.action) == (Marker.SPHERE_LIST, Marker.ADD)
        assert (marker.header.frame_id, marker.header.stamp.nanosec) == ("world", 150_000_000)
        assert [[p.x, p.y, p.z] for p in marker.points] == target_m[hand].tolist()
        colours = [(c.r, c.g, c.b) for c in marker.colors]
        assert [colours.count(colour) for colour in colours] == [1 if f == pressing else 4 for f in range(5)]
        assert all(c.a == 1 for c in marker.colors)
        assert marker.scale.x > 0
        assert marker.pose.orientation.w == 1
