"""RViz on a performance: rviz2 with our configuration and, where it is installed, robot_state_publisher with our URDF.

Both come with ROS 2 itself; no package index has them. They are found as ROS finds them: in lib/<package> of a prefix.
"""

import os
from pathlib import Path

from pianomime_core.errors import UserError

RVIZ, STATE_PUBLISHER = "rviz2", "robot_state_publisher"


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
