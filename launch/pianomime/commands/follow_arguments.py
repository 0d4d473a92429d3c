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

"""The options specific to `pianomime follow`."""

import argparse
from typing import Any, TypeAlias

_Subparsers: TypeAlias = "argparse._SubParsersAction[Any]"


def add_follow(commands: _Subparsers) -> Any:
    """`pianomime follow [--video FILE | --camera N | --image-topic TOPIC | --fingertips]`."""
    parser = commands.add_parser(
        "follow",
        allow_abbrev=False,
        help="the hands follow a pianist's fingertips",
        description="The robot's hands follow the fingertips of a pianist who is seen from above, live.\n"
        "Ends with the video, or with Ctrl-C.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    pictures = parser.add_mutually_exclusive_group()
    pictures.add_argument("--video", default="", metavar="FILE", help="follow a video, at its own pace")
    # With "0" as default argparse would not notice that both --camera 0 and --video are given.
    pictures.add_argument("--camera", default="", metavar="N", help="a camera: 0 (default), 1, ... or /dev/video0")
    pictures.add_argument("--image-topic", default="", metavar="TOPIC", help="images of a ROS 2 camera node")
    pictures.add_argument(
        "--fingertips", action="store_true", help="use fingertips on /hands/human_fingertips from another program"
    )
    parser.add_argument(
        "--corners",
        default="",
        metavar="CORNERS",
        help="corners of the keyboard in the image, if it is not found automatically; see docs/ros.md",
    )
    return parser
