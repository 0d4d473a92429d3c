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
