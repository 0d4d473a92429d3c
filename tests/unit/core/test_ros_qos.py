"""Quality of service: overrides by the user, and profiles that are compatible with several publishers."""

import pytest
import rclpy
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from ros_domains import free_domain
from std_msgs.msg import String

from pianomime_core.ros_environment import complete_ros_environment
from pianomime_core.ros_qos import (
    LATCHED,
    NEWEST,
    SENSOR,
    offered_by_all,
    overridable_publisher,
    overridable_subscription,
)


@pytest.fixture
def make_node():
    contexts = []

    def make(*words: str):
        complete_ros_environment()
        context = rclpy.Context()
        contexts.append(context)
        rclpy.init(args=["--ros-args", *words], context=context, domain_id=free_domain())
        return rclpy.create_node("node", context=context)

    yield make
    for context in contexts:
        context.try_shutdown()


def test_a_user_overrides_one_topic_and_no_other(make_node):
    node = make_node(
        *("-r", "__ns:=/left"),
        *("-p", "qos_overrides./left/a.publisher.reliability:=best_effort"),
        *("-p", "qos_overrides./left/a.subscription.depth:=7"),
    )
    publishers = [overridable_publisher(node, String, topic, NEWEST) for topic in ("a", "b")]
    subscription = overridable_subscription(node, String, "a", print, NEWEST)
    assert [publisher.qos_profile.reliability for publisher in publishers] == [
        ReliabilityPolicy.BEST_EFFORT,
        ReliabilityPolicy.RELIABLE,
    ]
    assert (subscription.qos_profile.depth, subscription.qos_profile.reliability) == (7, ReliabilityPolicy.RELIABLE)
    assert (NEWEST.depth, NEWEST.reliability) == (1, ReliabilityPolicy.RELIABLE)


@pytest.mark.parametrize(
    ("profiles", "reliability", "durability"),
    [
        ((NEWEST,), ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE),
        ((LATCHED, LATCHED), ReliabilityPolicy.RELIABLE, DurabilityPolicy.TRANSIENT_LOCAL),
        ((LATCHED, NEWEST), ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE),
        ((NEWEST, SENSOR), ReliabilityPolicy.BEST_EFFORT, DurabilityPolicy.VOLATILE),
    ],
)
def test_no_more_is_asked_for_than_all_offer(make_node, profiles: tuple[QoSProfile, ...], reliability, durability):
    node = make_node()
    for profile in profiles:
        node.create_publisher(String, "a", profile)
    asked = offered_by_all(node.get_publishers_info_by_topic("/a"), depth=3)
    assert (asked.reliability, asked.durability, asked.depth) == (reliability, durability, 3)
