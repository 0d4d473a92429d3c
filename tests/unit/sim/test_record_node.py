"""Which topics of a graph the recorder records."""

import sys
from types import SimpleNamespace

import pytest
import rclpy
from node_ports import ring
from ros_start import start_ros

from pianomime_core.ros_qos import LATCHED
from pianomime_sim.record_node import DISCOVERY_PERIOD_S, RecordNode


@pytest.fixture
def recorder(tmp_path):
    start_ros(file=tmp_path / "song.mcap")
    part = RecordNode()
    yield part
    part.close()
    part.node.destroy_node()
    rclpy.try_shutdown()


def test_a_topic_whose_messages_are_not_installed_is_left_out_and_the_rest_recorded(recorder, monkeypatch):
    """As /tf of a robot_state_publisher beside a ROS 2 of wheels, which have no tf2_msgs."""
    monkeypatch.setitem(sys.modules, "tf2_msgs", None)
    monkeypatch.delitem(sys.modules, "tf2_msgs.msg", raising=False)
    offered = {"/tf": "tf2_msgs/msg/TFMessage", "/robot_description": "std_msgs/msg/String"}
    monkeypatch.setattr(
        recorder.node, "get_topic_names_and_types", lambda: [(topic, [kind]) for topic, kind in offered.items()]
    )
    monkeypatch.setattr(
        recorder.node, "get_publishers_info_by_topic", lambda topic: [SimpleNamespace(qos_profile=LATCHED)]
    )
    ring(recorder.node, DISCOVERY_PERIOD_S)
    heard = {subscription.topic_name for subscription in recorder.node.subscriptions}
    assert "/robot_description" in heard
    assert "/tf" not in heard
