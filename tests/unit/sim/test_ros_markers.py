"""Markers: position of the keyboard, colours by key state, hands that follow the joints."""

import numpy as np
import pytest
from visualization_msgs.msg import Marker

from pianomime_core.keyboard import KEYBOARD
from pianomime_sim.ros_markers import MarkerMaker
from pianomime_sim.viewers.base import Snapshot
from pianomime_sim.viewers.key_marks import MARK_COLOURS, KeyMark


@pytest.fixture(scope="module")
def maker(simulator):
    return MarkerMaker(simulator.model, simulator.joint_names)


def snapshot(simulator, *, joint=None, value=0.0, pressed=(), wanted=(), coming=None):
    positions = np.zeros(len(simulator.joint_names))
    if joint is not None:
        positions[simulator.joint_names.index(joint)] = value
    down, goal = np.zeros(88, dtype=bool), np.zeros(88, dtype=bool)
    down[list(pressed)] = True
    goal[list(wanted)] = True
    return Snapshot(
        time_s=0.0,
        joint_positions=positions,
        key_angles=np.where(down, KEYBOARD.travel_rad, 0.0),
        pressed=down,
        wanted=goal,
        coming=np.zeros((0, 88), dtype=bool) if coming is None else coming,
    )


def by_namespace(array) -> dict[str, Marker]:
    assert len({(marker.ns, marker.id) for marker in array.markers}) == len(array.markers)
    assert all(marker.header.frame_id == "world" for marker in array.markers)
    return {marker.ns: marker for marker in array.markers}


def test_52_white_and_36_black_keys(maker, simulator):
    markers = by_namespace(maker.moving(3, snapshot(simulator)))
    assert len(markers["white_keys"].points) == len(markers["white_keys"].colors) == 52
    assert len(markers["black_keys"].points) == 36
    assert markers["white_keys"].header.stamp.nanosec == 150_000_000
    assert [point.y for point in markers["white_keys"].points] == sorted(p.y for p in markers["white_keys"].points)


def test_keys_are_coloured_and_sink(maker, simulator):
    # The lowest two white keys: A0 pressed as wanted, B0 pressed and not wanted.
    markers = by_namespace(maker.moving(0, snapshot(simulator, pressed=(0, 2), wanted=(0,))))
    first, second = markers["white_keys"].colors[:2]
    assert [round(255 * c) for c in (first.r, first.g, first.b)] == list(MARK_COLOURS[KeyMark.RIGHT])
    assert [round(255 * c) for c in (second.r, second.g, second.b)] == list(MARK_COLOURS[KeyMark.WRONG])
    # The middle of a key sinks half as deep as its end: 5 mm of RoboPianist's 10 mm.
    heights = [point.z for point in markers["white_keys"].points[:3]]
    assert heights[2] - heights[0] == pytest.approx(0.005, abs=1e-4)


def test_hands_follow_their_joints_and_leave_the_simulation_alone(maker, simulator):
    before = simulator.data.qpos.copy()
    rest = by_namespace(maker.moving(0, snapshot(simulator)))
    moved = by_namespace(maker.moving(0, snapshot(simulator, joint="rh_forearm_tx", value=0.1)))
    assert np.array_equal(simulator.data.qpos, before)
    shift = [b.y - a.y for a, b in zip(rest["rh_hand"].points, moved["rh_hand"].points, strict=True)]
    assert np.abs(shift) == pytest.approx(0.1)
    assert rest["lh_hand"].points == moved["lh_hand"].points


def test_notes_to_come_hang_over_their_keys(maker, simulator):
    coming = np.zeros((40, 88), dtype=bool)
    coming[10:20, 39] = True  # middle C: 0.5 s from now, half a second long
    coming[0:4, 43] = True
    notes = by_namespace(maker.moving(0, snapshot(simulator, coming=coming)))["notes"]
    assert (notes.action, notes.type, len(notes.points)) == (Marker.ADD, Marker.TRIANGLE_LIST, 2 * 6)
    c, e = (np.array([(point.x, point.y, point.z) for point in notes.points[6 * k :][:6]]) for k in (0, 1))
    for bar, key in ((c, 39), (e, 43)):
        assert [bar[:, 1].min(), bar[:, 1].max()] == pytest.approx(
            [
                KEYBOARD.center_y_m[key] - KEYBOARD.width_m[key] / 2,
                KEYBOARD.center_y_m[key] + KEYBOARD.width_m[key] / 2,
            ]
        )
        # Two triangles that make one upright rectangle: both halves have half its area.
        areas = [np.linalg.norm(np.cross(t[1] - t[0], t[2] - t[0])) / 2 for t in (bar[:3], bar[3:])]
        assert areas == pytest.approx([np.ptp(bar[:, 1]) * np.ptp(bar[:, 2]) / 2] * 2)
        assert np.ptp(bar[:, 0]) == 0
    # Time is height: the later note begins 10 rows above the other and is 6 rows longer.
    assert (c[:, 2].min() - e[:, 2].min()) / 10 == pytest.approx((np.ptp(c[:, 2]) - np.ptp(e[:, 2])) / 6)


def test_without_notes_the_last_ones_are_taken_away(maker, simulator):
    notes = by_namespace(maker.moving(0, snapshot(simulator)))["notes"]
    assert (notes.action, len(notes.points)) == (Marker.DELETE, 0)


def test_the_board_is_static(maker):
    board = by_namespace(maker.static())["board"]
    assert board.type == Marker.CUBE
    # 52 white keys of 22.5 mm, 1 mm apart.
    assert board.scale.y == pytest.approx(52 * 0.0225 + 51 * 0.001)
