"""RViz on a performance: rviz2 with our configuration; robot_state_publisher with our URDF, for recordings, too.

Both come with ROS 2 itself; no package index has them. They are found as ROS finds them: in lib/<package> of a prefix.
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
"""For programs of ROS 2: the time of the simulator in their own namespace."""


def ros_program(name: str) -> Path | None:
    """The program that the ROS package of the same name is there for; None if it is not installed."""
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
    """RViz.

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
    """The frames of the hands on /tf, where robot_state_publisher is installed; else none."""
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
