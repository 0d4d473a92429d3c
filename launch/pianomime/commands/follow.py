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

"""`pianomime follow`: the robot's hands follow a pianist's fingertips, from a camera or a video."""

import argparse
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pianomime.commands.command import Command
from pianomime.commands.robot_options import add_hand_collisions
from pianomime.commands.viewer_options import add_viewer, viewer_fields
from pianomime.episodes.interrupts import Interrupted, interrupt_exit_code
from pianomime.graph.graph_options import FollowOptions, PerceptionOptions
from pianomime.terminal import write_result
from pianomime_core.errors import UserError
from pianomime_perception.installed import check_installed

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

EXIT_END, EXIT_NODE_DIED = 0, 1
_RESULT = ("clouds", "rh_distance_", "lh_distance_", "latency_")
"""How the names of the numbers of the result begin, in the health of follow_node."""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    frames = parser.add_mutually_exclusive_group()
    frames.add_argument("--video", default="", metavar="FILE", help="follow a video, at its own pace")
    # With "0" as default argparse would not notice that both --camera 0 and --video are given.
    frames.add_argument("--camera", default="", metavar="N", help="follow a camera: 0 (default), 1, ... or /dev/video0")
    frames.add_argument("--image-topic", default="", metavar="TOPIC", help="follow the images of a ROS 2 camera node")
    fingertips = "follow what another program publishes on /hands/human_fingertips"
    frames.add_argument("--fingertips", action="store_true", help=fingertips)
    corners = "corners of the keyboard in the image, if it is not found automatically; see docs/ros.md"
    parser.add_argument("--corners", default="", metavar="CORNERS", help=corners)
    add_viewer(parser)
    add_hand_collisions(parser)


def _run(options: argparse.Namespace) -> int:
    from pianomime.graph.graph import progress_bar, running
    from pianomime.graph.runner import NodeDied

    chosen = FollowOptions(**viewer_fields(options), perception=_perception(options))
    code = EXIT_END
    with running(chosen, "follow_node") as (runner, console, listener):
        try:
            with progress_bar(console) as progress:
                bar = progress.add_task("starting", total=None, note="")
                try:
                    runner.wait(lambda: _show(progress, bar, listener.values))
                except Interrupted as interrupt:
                    code = interrupt_exit_code(interrupt)
                except KeyboardInterrupt:
                    pass  # the usual end of a camera
        except NodeDied as death:
            print(f"pianomime: {death}", file=sys.stderr)
            return EXIT_NODE_DIED
    _print_end(console, listener.values)
    numbers = {name: value for name, value in listener.values.items() if name.startswith(_RESULT)}
    write_result(options.json, {"clouds": 0} | numbers)
    return code


def _perception(options: argparse.Namespace) -> PerceptionOptions | None:
    """Return the options of perception_node; None if fingertips come from elsewhere."""
    if options.fingertips:
        if options.corners:
            raise UserError("--corners are for video frames, but --fingertips uses none")
        return None
    check_installed()
    from pianomime_perception.corners import read_corners
    from pianomime_perception.frame_source import check_source

    if options.corners:
        read_corners(options.corners)
    if options.image_topic:
        return PerceptionOptions(image_topic=options.image_topic, corners=options.corners)
    source = options.video or options.camera or "0"
    check_source(source)
    return PerceptionOptions(source=source, corners=options.corners)


def _show(progress: "Progress", bar: "TaskID", values: Mapping[str, float]) -> None:
    if values:
        note = "  ".join(f"{side}: {_distance(values, side)}" for side in ("rh", "lh"))
        progress.update(bar, description="following" if values["clouds"] else "waiting for fingertips", note=note)


def _distance(values: Mapping[str, float], side: str) -> str:
    if not values.get(f"{side}_seen"):
        return "not seen"
    return f"{values[f'{side}_distance_p50_mm']:.0f} mm" if f"{side}_distance_p50_mm" in values else "seen"


def _print_end(console: "Console", values: Mapping[str, float]) -> None:
    if not values or not values["clouds"]:
        console.print("no fingertips were received, so there was nothing to follow")
        return
    for side, words in (("rh", "right"), ("lh", "left")):
        if f"{side}_distance_p50_mm" in values:
            p50, p95 = (values[f"{side}_distance_{which}_mm"] for which in ("p50", "p95"))
            console.print(f"{words} hand: fingertips {p50:.0f} mm (median) from the pianist's, p95 {p95:.0f} mm")
    if "latency_p50_ms" in values:
        p50, p95, p99 = (values[f"latency_{which}_ms"] for which in ("p50", "p95", "p99"))
        console.print(f"frame to command: median {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms")


COMMAND = Command(
    "follow",
    help="let the hands follow a pianist's fingertips",
    description="The robot's hands follow the fingertips of a pianist who is seen from above, live. Ends with the "
    "video, or with Ctrl-C.",
    examples=(
        "pianomime follow --camera 0 --viewer browser",
        "pianomime follow --video clip.mp4 --record clip.mcap",
        "pianomime follow --image-topic /camera/image_raw",
    ),
    add_arguments=_add_arguments,
    run=_run,
    result="distances [mm] and latencies [ms]",
    interruptible=True,
)
