"""ros2 launch pianomime perceive.launch.py [image_topic:=... source:=video.mp4 follow:=true viewer:=browser ...]

A pianist's fingertips from pictures; with `follow` the robot's hands go where they are.
"""

import os

from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch.substitutions import LaunchConfiguration

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from pianomime.graph_options import FollowOptions, PerceptionOptions
from pianomime.instance import InstanceLock
from pianomime.launch_arguments import SWITCH, WATCHING_ARGUMENTS, watching_options
from pianomime.launch_nodes import start_node
from pianomime.node_table import NodeEntry, node_table, perception_table
from pianomime_core.ros_environment import domain_id, missing_ros_settings

ARGUMENTS = [
    DeclareLaunchArgument("source", default_value="", description="video file or camera; empty: image_topic"),
    DeclareLaunchArgument("image_topic", default_value="camera/image_raw", description="sensor_msgs/Image"),
    DeclareLaunchArgument(
        "corners", default_value="", description="of the keyboard in the picture; empty: look for it"
    ),
    DeclareLaunchArgument("follow", default_value="false", choices=SWITCH, description="the robot's hands follow"),
    *WATCHING_ARGUMENTS,
]


def generate_launch_description() -> LaunchDescription:
    """The node table's `perception_node`, alone or with the robot; it shuts down with Ctrl-C or when a file ends."""
    settings = [SetEnvironmentVariable(name, value) for name, value in missing_ros_settings(os.environ).items()]
    return LaunchDescription([*settings, *ARGUMENTS, OpaqueFunction(function=start_nodes)])


def start_nodes(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Read the arguments and return one process for each entry of the node table."""
    text = {argument.name: LaunchConfiguration(argument.name).perform(context) for argument in ARGUMENTS}
    return [action for entry in _nodes(text) for action in start_node(entry)]


def _nodes(text: dict[str, str]) -> tuple[NodeEntry, ...]:
    seen = PerceptionOptions(source=text["source"], image_topic=text["image_topic"], corners=text["corners"])
    if text["follow"] != "true":
        return perception_table(seen)
    InstanceLock(domain_id(os.environ))  # held by the launch process itself, for as long as it runs
    return node_table(FollowOptions(perception=seen, **watching_options(text)))
