"""follow_node through its topics: its answers and its subscriptions."""

import time

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from node_ports import deliver, ring, subscriber
from visualization_msgs.msg import MarkerArray

from pianomime_core.errors import UnsafeError, UserError
from pianomime_core.hands import joint_names, target_names
from pianomime_core.ros_fingertip_cloud import Fingertips, fingertip_cloud
from pianomime_core.ros_messages import joint_state, read_joint_state, read_targets, step_of
from pianomime_core.ros_named_numbers import NameOrder
from pianomime_core.ros_topics import COMMAND, FINGERTIP_TARGETS, HAND_STATES, HUMAN_FINGERTIPS, START
from pianomime_policy.nodes import follow_node, hand_commander
from pianomime_policy.nodes.follow_node import FollowNode

JOINTS, TARGETS = joint_names(), target_names()


@pytest.fixture
def follow(ros, published):
    ros()
    part = FollowNode()
    yield part
    part.node.destroy_node()


def human(y_m=(0.2, -0.2)) -> Fingertips:
    points_m = np.zeros((2, 6, 3))
    points_m[..., 0] = [0.2, 0.06, 0.03, 0.03, 0.03, 0.04]
    points_m[..., 1] = np.array(y_m)[:, None] + np.array([[0, -0.05, -0.025, 0, 0.025, 0.05]]) * [[1], [-1]]
    points_m[..., 2] = 0.045
    return Fingertips(points_m, np.ones((2, 6)))


def now() -> Time:
    seconds, rest = divmod(time.time_ns(), 10**9)
    return Time(sec=seconds, nanosec=rest)


def see(follow, fingertips: Fingertips) -> None:
    deliver(follow.node, HUMAN_FINGERTIPS, fingertip_cloud(fingertips, now()))


def state(follow, step: int, positions=None) -> None:
    positions = np.zeros(54) if positions is None else positions
    deliver(follow.node, HAND_STATES, joint_state(JOINTS, positions, np.zeros(54), step=step))


def test_it_begins_and_answers_each_state_with_its_stamp(follow, published):
    [start] = published.on(START)
    assert step_of(start.header.stamp) == 0
    assert len(read_joint_state(start, NameOrder(JOINTS), velocities=False)[0]) == 54
    with subscriber(follow.node, MarkerArray, FINGERTIP_TARGETS):
        for step in (0, 1, 2):
            state(follow, step)
    assert [step_of(message.header.stamp) for message in published.on(COMMAND)] == [0, 1, 2]
    assert [len(markers.markers) for markers in published.on(FINGERTIP_TARGETS)] == [2, 2, 2]


def test_a_state_that_comes_again_gets_the_same_answer(follow, published):
    with subscriber(follow.node, MarkerArray, FINGERTIP_TARGETS):
        state(follow, 0)
        see(follow, human((0.5, 0.1)))
        state(follow, 0)
    first, second = published.on(COMMAND)
    assert first == second
    assert len(published.on(FINGERTIP_TARGETS)) == 1


def test_it_listens_to_fingertips_once_the_simulator_is_there(follow, published):
    def listens() -> bool:
        return any(subscription.topic_name == f"/{HUMAN_FINGERTIPS}" for subscription in follow.node.subscriptions)

    assert not listens()
    assert published.status(follow.node).text == "waiting for the simulator"
    state(follow, 0)
    assert listens()
    assert published.status(follow.node).text == "waiting for fingertips"


def test_the_hands_go_to_the_fingertips(follow, published):
    places = []
    state(follow, 0)
    with subscriber(follow.node, MarkerArray, FINGERTIP_TARGETS):
        for k, y_m in enumerate((0.1, 0.4)):
            for step in range(20 * k + 1, 20 * k + 21):
                see(follow, human((y_m, -0.3)))
                state(follow, step)
            assert np.isfinite(read_targets(published.on(COMMAND)[-1], NameOrder(TARGETS))).all()
            places.append(published.on(FINGERTIP_TARGETS)[-1].markers[0].points[2].y)
    assert places == pytest.approx([0.1, 0.4], abs=0.01)
    health = published.status(follow.node)
    assert health.values["clouds"] == 40
    assert (health.values["rh_seen"], health.values["lh_seen"]) == (1, 1)
    # The robot of this test stands still, so it is as far away as it looks.
    assert health.values["rh_distance_p95_mm"] > 200
    assert health.values["latency_p95_ms"] < 10_000
    assert not health.warns


def test_a_hand_that_is_not_seen_is_reported_and_not_compared(follow, published):
    state(follow, 0)
    one = human()
    one.points_m[1], one.confidence[1] = np.nan, 0
    see(follow, one)
    state(follow, 1)
    values = published.status(follow.node).values
    assert (values["rh_seen"], values["lh_seen"]) == (1, 0)
    assert "rh_distance_p50_mm" in values
    assert "lh_distance_p50_mm" not in values


def test_fingertips_that_stop_are_reported(follow, published, monkeypatch):
    state(follow, 0)
    see(follow, human())
    monkeypatch.setattr(follow_node, "STALE_S", 0.0)
    health = published.status(follow.node)
    assert health.text == "waiting for fingertips; fingertips have stopped"
    assert health.warns


def test_a_restarted_simulator_begins_where_the_hands_were(follow, published, monkeypatch):
    looks_s = hand_commander.SILENCE_S / 2
    monkeypatch.setattr(hand_commander, "SILENCE_S", 0.0)
    for step in (0, 1, 2):
        state(follow, step)
    ring(follow.node, looks_s)
    ring(follow.node, looks_s)
    assert [step_of(message.header.stamp) for message in published.on(START)] == [0, 2]


def test_a_bad_message_is_refused_and_a_broken_robot_ends_it(follow, published):
    state(follow, 0)
    bad = fingertip_cloud(human(), now())
    bad.header.frame_id = "camera"
    deliver(follow.node, HUMAN_FINGERTIPS, bad)
    values = published.status(follow.node).values
    assert (values["refused_messages"], values["clouds"]) == (1, 0)
    with pytest.raises(UnsafeError, match="rh_"):
        state(follow, 1, np.full(54, np.nan))


def test_an_unknown_parameter_is_refused(ros):
    ros(speed=2)
    with pytest.raises(UserError, match="follow_node parameter 'speed'"):
        FollowNode()
