"""Becomes robot_state_publisher, with the URDF of both hands: whoever starts the graph needs no MuJoCo to write it.

hand_frames PROGRAM VARIANT --ros-args ...
"""

import os
import sys

from pianomime_core.errors import UserError
from pianomime_description.urdf import hands_urdf

_EXIT_USER_ERROR = 2


def main() -> int:
    """Replace this process by the program; returns the exit code only where that cannot be."""
    program, variant, *ros_arguments = sys.argv[1:]
    try:
        description = hands_urdf(variant)
        os.execv(program, [program, *ros_arguments, "-p", f"robot_description:={description}"])
    except UserError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
    return _EXIT_USER_ERROR


if __name__ == "__main__":
    sys.exit(main())
