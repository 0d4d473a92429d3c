"""follow_node with its callbacks called directly: its answers and its subscriptions."""

import sys
import time

import numpy as np
import pytest
import rclpy
from builtin_interfaces.msg import Time
from ros_domains import free_domain

from pianomime_core.errors import UnsafeError, UserError
from pianomime_core.hands import joint_names
from pianomime_core.ros_environment import complete_ros_environment
from pianomime_core.ros_fingertip_cloud import Fingertips, fingertip_cloud
from pianomime_core.ros_messages import NameOrder, joint_state, read_joint_state, read_targets, step_of
from pianomime_core.ros_topics import HUMAN_FINGERTIPS, START
from pianomime_policy.nodes import follow_node
from pianomime_policy.nodes.follow_node import FollowNode


class Topic:
    """A publisher that keeps its messages."""

    def __init__(self) -> None:
        self.sent = []

    def publish(self, message) -> None:
        self.sent.append(message)

    def get_subscription_count(self) -> int:
        return 1


@pytest.fixture
def ros():
    """Start ROS with parameters, as a command line gives them."""

    def start(**parameters) -> None:
        complete_ros_environment()
        # A domain of our own: a performance on this machine must not hear us.
        words = [word for name, value in parameters.items() for word in ("-p", f"{name}:={value}")]
        rclpy.init(args=[sys.argv[0], "--ros-args", *words], domain_id=free_domain())

    yield start
    rclpy.try_shutdown()


@pytest.fixture
def follow(ros, monkeypatch):
    ros()
    starts = Topic()
    make = follow_node.SteadyNode.create_publisher

    def create(node, kind, topic, qos, **more):
        return starts if topic == START else make(node, kind, topic, qos, **more)

    monkeypatch.setattr(follow_node.SteadyNode, "create_publisher", create)
    part = FollowNode()
    part.starts, part._publish_command, part._publish_fingertips = starts, Topic(), Topic()
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


def state(follow, step: int, positions=None) -> None:
    start, _ = read_joint_state(follow.starts.sent[0], NameOrder(joint_names()), velocities=False)
    follow._on_state(joint_state(joint_names(), start if positions is None else positions, np.zeros(54), step=step))


def test_it_begins_and_answers_each_state_with_its_stamp(follow):
    [start] = follow.starts.sent
    assert step_of(start.header.stamp) == 0
    assert len(read_joint_state(start, NameOrder(joint_names()), velocities=False)[0]) == 54
    for step in (0, 1, 2):
        state(follow, step)
    assert [step_of(message.header.stamp) for message in follow._publish_command.sent] == [0, 1, 2]
    assert [len(markers.markers) for markers in follow._publish_fingertips.sent] == [2, 2, 2]


def test_a_state_that_comes_again_gets_the_same_answer(follow):
    state(follow, 0)
    follow._on_fingertips(fingertip_cloud(human((0.5, 0.1)), now()))
    state(follow, 0)
    first, second = follow._publish_command.sent
    assert first == second
    assert len(follow._publish_fingertips.sent) == 1


def test_it_listens_to_fingertips_once_the_simulator_is_there(follow):
    def listens() -> bool:
        return any(subscription.topic_name == f"/{HUMAN_FINGERTIPS}" for subscription in follow.node.subscriptions)

    assert not listens()
    assert follow._health().text == "waiting for the simulator"
    state(follow, 0)
    assert listens()
    assert follow._health().text == "waiting for fingertips"


def test_the_hands_go_to_the_fingertips(follow):
    order = NameOrder(follow._follower.target_names)
    slide = [name for name in follow._follower.target_names if name.endswith("forearm_tx")]
    places = []
    for k, y_m in enumerate((0.1, 0.4)):
        for step in range(20 * k, 20 * k + 20):
            follow._on_fingertips(fingertip_cloud(human((y_m, -0.3)), now()))
            state(follow, step)
        targets = read_targets(follow._publish_command.sent[-1], order)
        places.append(follow._publish_fingertips.sent[-1].markers[0].points[2].y)
        assert len(slide) == 2
        assert np.isfinite(targets).all()
    assert places == pytest.approx([0.1, 0.4], abs=0.01)
    values = follow._health().values
    assert values["clouds"] == 40
    assert (values["rh_seen"], values["lh_seen"]) == (1, 1)
    # The robot of this test stands still, so it is as far away as it looks.
    assert values["rh_distance_p95_mm"] > 200
    assert values["latency_p95_ms"] < 10_000
    assert follow._health().warnings == ()


def test_a_hand_that_is_not_seen_is_reported_and_not_compared(follow):
    state(follow, 0)
    one = human()
    one.points_m[1], one.confidence[1] = np.nan, 0
    follow._on_fingertips(fingertip_cloud(one, now()))
    state(follow, 1)
    values = follow._health().values
    assert (values["rh_seen"], values["lh_seen"]) == (1, 0)
    assert "rh_distance_p50_mm" in values
    assert "lh_distance_p50_mm" not in values


def test_fingertips_that_stop_are_reported(follow, monkeypatch):
    state(follow, 0)
    follow._on_fingertips(fingertip_cloud(human(), now()))
    monkeypatch.setattr(follow_node, "STALE_S", 0.0)
    assert follow._health().warnings == ("fingertips have stopped",)


def test_a_restarted_simulator_begins_where_the_hands_were(follow, monkeypatch):
    monkeypatch.setattr(follow_node, "SILENCE_S", 0.0)
    for step in (0, 1, 2):
        state(follow, step)
    follow._check_simulator()
    follow._check_simulator()
    assert [step_of(message.header.stamp) for message in follow.starts.sent] == [0, 2]


def test_a_bad_message_is_refused_and_a_broken_robot_ends_it(follow):
    bad = fingertip_cloud(human(), now())
    bad.header.frame_id = "camera"
    follow._on_fingertips(bad)
    assert follow._health().values["refused_messages"] == 1
    assert follow._clouds == 0
    with pytest.raises(UnsafeError, match="rh_"):
        state(follow, 0, np.full(54, np.nan))


def test_an_unknown_parameter_is_refused(ros):
    ros(speed=2)
    with pytest.raises(UserError, match="follow_node parameter 'speed'"):
        FollowNode()
