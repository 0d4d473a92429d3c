# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""ros2 launch pianomime perceive.launch.py [image_topic:=... source:=video.mp4 follow:=true viewer:=browser ...]

Detects a pianist's fingertips in images; with `follow` the robot's hands follow them.
"""

from collections.abc import Mapping

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument

from pianomime.graph.graph_options import FollowOptions, PerceptionOptions, SeeOptions
from pianomime.graph.launch_arguments import (
    SWITCH,
    WATCHING_ARGUMENTS,
    is_true,
    node_options,
    optional_path,
    watching_options,
)
from pianomime.graph.launch_nodes import graph_description
from pianomime.graph.node_table import NodeEntry, node_table, perception_table
from pianomime_core.errors import UserError

ARGUMENTS = (
    DeclareLaunchArgument("source", default_value="", description="video file or camera; empty: image_topic"),
    DeclareLaunchArgument("image_topic", default_value="camera/image_raw", description="sensor_msgs/Image"),
    DeclareLaunchArgument(
        "corners", default_value="", description="corners of the keyboard in the image; empty: detect it"
    ),
    DeclareLaunchArgument("follow", default_value="false", choices=SWITCH, description="let the robot's hands follow"),
    *WATCHING_ARGUMENTS,
)


def generate_launch_description() -> LaunchDescription:
    """Return the graph of `perception_node`, alone or with the robot; it ends with Ctrl-C or when a file ends."""
    return graph_description(__file__, ARGUMENTS, nodes)


def nodes(text: Mapping[str, str]) -> tuple[NodeEntry, ...]:
    """Return the nodes for the texts of the arguments."""
    seen = PerceptionOptions(source=text["source"], image_topic=text["image_topic"], corners=text["corners"])
    if is_true(text["follow"]):
        return node_table(FollowOptions(perception=seen, **watching_options(text)))
    if text["viewer"] not in ("none", "rviz"):
        raise UserError(f"viewer {text['viewer']!r} shows only the robot: add follow:=true, or choose none or rviz")
    return perception_table(
        SeeOptions(
            perception=seen,
            rviz=text["viewer"] == "rviz",
            record=optional_path(text["record"]),
            **node_options(text),
        )
    )
