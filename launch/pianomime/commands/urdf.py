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

"""`pianomime urdf`: writes the hands as URDF, for robot_state_publisher and other ROS programs."""

import argparse
from pathlib import Path
from typing import Any

from pianomime.files.outputs import check_file
from pianomime_core.hands import FOREARM_DOFS
from pianomime_core.whole_file import write_whole


def add_urdf(commands: "argparse._SubParsersAction[Any]") -> Any:
    """`pianomime urdf [--out FILE.urdf] [--variant NAME] [--joint-prefix PREFIX]`."""
    parser = commands.add_parser(
        "urdf",
        allow_abbrev=False,
        help="write the hands as URDF for ROS",
        description="Write both hands as URDF, for robot_state_publisher, RViz and the like. Joints are those of\n"
        "/hands/joint_states; meshes are referenced where they are installed on this machine.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, metavar="FILE.urdf", help="default: print to the terminal")
    parser.add_argument("--variant", choices=tuple(FOREARM_DOFS), default="pianomime", help="default %(default)s")
    parser.add_argument("--joint-prefix", default="", metavar="PREFIX", help="prefix of the joint names, such as left_")
    return parser


def urdf(out: Path | None, variant: str, joint_prefix: str = "") -> int:
    """Write the URDF and return the exit code.

    Raises:
        UserError: The file cannot be written, or the hands' meshes are not installed.
    """
    from pianomime_description.hands_urdf import hands_urdf

    if out is None:
        print(hands_urdf(variant, joint_prefix), end="")
        return 0
    check_file(out, "--out", ".urdf")
    text = hands_urdf(variant, joint_prefix)
    write_whole(out, lambda file: file.write_text(text, encoding="utf-8"))
    return 0
