"""Stands in for rviz2 and robot_state_publisher: takes the same command line, listens to what they would listen to, and
keeps in a file what it got.

usage: ros_stand_in.py FILE.json ARGUMENTS...
"""

import json
import sys
from contextlib import suppress
from pathlib import Path

import rclpy
import yaml
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy, qos_profile_sensor_data
from sensor_msgs.msg import JointState
from visualization_msgs.msg import MarkerArray


class StandIn:
    def __init__(self, file: Path, arguments: list[str]) -> None:
        rclpy.init(args=arguments)
        self.file = file
        self.node = Node("a_name_of_its_own", automatically_declare_parameters_from_overrides=True)
        parameters = {name: parameter.value for name, parameter in self.node.get_parameters_by_prefix("").items()}
        self.got = {"name": self.node.get_name(), "parameters": parameters, "joints": [], "markers": {}}
        if arguments[1:2] == ["-d"]:
            for display in yaml.safe_load(Path(arguments[2]).read_text())["Visualization Manager"]["Displays"]:
                if display["Class"] == "rviz_default_plugins/MarkerArray" and display["Enabled"]:
                    self.watch(display["Topic"])
        else:
            self.node.create_subscription(JointState, "joint_states", self.on_joints, qos_profile_sensor_data)
        self.keep()

    def watch(self, topic: dict) -> None:
        qos = QoSProfile(
            depth=topic["Depth"],
            durability=DurabilityPolicy[topic["Durability Policy"].upper().replace(" ", "_")],
            reliability=ReliabilityPolicy[topic["Reliability Policy"].upper().replace(" ", "_")],
        )
        name = topic["Value"]
        self.node.create_subscription(MarkerArray, name, lambda message: self.on_markers(name, message), qos)

    def on_markers(self, topic: str, message: MarkerArray) -> None:
        before = self.got["markers"].get(topic, [])
        spaces = sorted({marker.ns for marker in message.markers} | set(before))
        if spaces != before:
            self.got["markers"][topic] = spaces
            self.keep()

    def on_joints(self, message: JointState) -> None:
        if not self.got["joints"]:
            self.got["joints"] = list(message.name)
            self.keep()

    def keep(self) -> None:
        self.file.write_text(json.dumps(self.got))


if __name__ == "__main__":
    stand_in = StandIn(Path(sys.argv[1]), sys.argv[1:])
    with suppress(KeyboardInterrupt, ExternalShutdownException):
        rclpy.spin(stand_in.node)
