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

"""Prefixes that distinguish the joints and frames of two robots where both appear together: on one /tf, in one RViz,
in one table of joints. Topics have namespaces for that.
"""

from collections.abc import Iterable

from visualization_msgs.msg import MarkerArray

from pianomime_core.ros_topics import WORLD

JOINT_PREFIX = "Prefix of the names of the hands' joints and actuators in messages, such as left_"
FRAME_PREFIX = "Prefix of the names of frames, as in robot_state_publisher, such as left/"


def prefixed(prefix: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of a robot with its prefix, as in its messages."""
    return tuple(f"{prefix}{name}" for name in names)


def world_frame(prefix: str) -> str:
    """Return the name of the world frame, in which the piano stands."""
    return f"{prefix}{WORLD}"


def in_frame(markers: MarkerArray, frame: str) -> MarkerArray:
    """Set the frame of all markers and return them."""
    for marker in markers.markers:
        marker.header.frame_id = frame
    return markers
