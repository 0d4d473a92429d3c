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

"""`pianomime urdf`: the hands as URDF, for robot_state_publisher and other ROS programs."""

import argparse
from pathlib import Path

from pianomime.commands.command import Command
from pianomime.files.outputs import check_file
from pianomime_core.hands import FOREARM_DOFS
from pianomime_core.whole_file import write_whole


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, metavar="FILE.urdf", help="default: print to the terminal")
    parser.add_argument("--variant", choices=tuple(FOREARM_DOFS), default="pianomime", help="default %(default)s")
    parser.add_argument("--joint-prefix", default="", metavar="PREFIX", help="prefix of the joint names, such as left_")


def _run(options: argparse.Namespace) -> int:
    from pianomime_description.hands_urdf import hands_urdf

    if options.out is not None:
        check_file(options.out, "--out", ".urdf")
    text = hands_urdf(options.variant, options.joint_prefix)
    if options.out is None:
        print(text, end="")
    else:
        write_whole(options.out, lambda file: file.write_text(text, encoding="utf-8"))
    return 0


COMMAND = Command(
    "urdf",
    help="write the hands as URDF for ROS",
    description="Write both hands as URDF, for robot_state_publisher, RViz and the like. Joints are those of "
    "/hands/joint_states; meshes are referenced where they are installed on this machine.",
    examples=(
        "pianomime urdf --out hands.urdf",
        "pianomime urdf --variant robopianist --out stock.urdf",
        "pianomime urdf --joint-prefix left_",
    ),
    add_arguments=_add_arguments,
    run=_run,
)
