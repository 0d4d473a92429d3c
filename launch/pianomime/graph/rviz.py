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

"""Nodes for RViz (rviz2 with our configuration), and robot_state_publisher with our URDF, also for recordings.

Both come only with ROS 2 itself and are found in lib/<package> of a prefix, as ROS does.
"""

import os
from pathlib import Path

from pianomime.files.shared_files import share_directory
from pianomime.graph.graph_options import NodeOptions, Options
from pianomime.graph.node_entry import NodeEntry
from pianomime_core import ros_topics as topics
from pianomime_core.errors import UserError

RVIZ, STATE_PUBLISHER = "rviz2", "robot_state_publisher"
_CLOCK = ("/clock", topics.CLOCK)
"""Remapping for standard ROS 2 programs to the simulator's clock in their own namespace."""


def ros_program(name: str) -> Path | None:
    """Return the program of the ROS package of the same name; None if it is not installed."""
    for prefix in filter(None, os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)):
        program = Path(prefix) / "lib" / name / name
        if os.access(program, os.X_OK):
            return program
    return None


def check_rviz() -> None:
    """Raise a UserError unless rviz2 is installed."""
    if ros_program(RVIZ) is None:
        raise UserError(
            "viewer 'rviz': rviz2 is not found in AMENT_PREFIX_PATH: source the setup file of a ROS 2 that has it "
            "(apt install ros-$ROS_DISTRO-rviz2), or use viewer browser or window"
        )


def rviz_node(options: NodeOptions) -> NodeEntry:
    """Return the node for RViz.

    Raises:
        UserError: As `check_rviz`.
    """
    check_rviz()
    frame = ("-f", f"{options.frame_prefix}{topics.WORLD}") if options.frame_prefix else ()
    return NodeEntry(
        RVIZ,
        RVIZ,
        "",
        RVIZ,
        parameters={"use_sim_time": options.use_sim_time},
        remappings=(_CLOCK,),
        arguments=("-d", str(share_directory() / "rviz" / "pianomime.rviz"), *frame),
        required=False,
    )


def frames_nodes(options: Options) -> tuple[NodeEntry, ...]:
    """Return robot_state_publisher for the frames of the hands on /tf, if it is installed."""
    program = ros_program(STATE_PUBLISHER)
    if program is None:
        return ()
    frames = NodeEntry(
        "pianomime_description",
        "hand_frames",
        "pianomime_description.hand_frames",
        STATE_PUBLISHER,
        parameters={"use_sim_time": options.use_sim_time, "frame_prefix": options.frame_prefix},
        remappings=(("joint_states", topics.HAND_STATES), _CLOCK),
        arguments=(str(program), options.variant, options.joint_prefix),
        required=False,
    )
    return (frames,)
