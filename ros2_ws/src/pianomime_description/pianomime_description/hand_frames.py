"""Runs robot_state_publisher with the URDF of both hands, so that starting the graph does not require MuJoCo.

hand_frames PROGRAM VARIANT JOINT_PREFIX --ros-args ...
"""

import json
import os
import sys

from pianomime_core.errors import UserError
from pianomime_description.hands_urdf import hands_urdf

_EXIT_USER_ERROR = 2


def main() -> int:
    """Replace this process by the program; return an exit code only if that fails."""
    program, variant, joint_prefix, *ros_arguments = sys.argv[1:]
    try:
        # Quoted: ROS parses YAML, which would join the lines, and the text is to be the one that sim_node publishes.
        description = json.dumps(hands_urdf(variant, joint_prefix), ensure_ascii=False)
        os.execv(program, [program, *ros_arguments, "-p", f"robot_description:={description}"])
    except UserError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
    return _EXIT_USER_ERROR


if __name__ == "__main__":
    sys.exit(main())
