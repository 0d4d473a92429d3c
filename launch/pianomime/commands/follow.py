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

from rich.console import Console
from rich.progress import Progress, TaskID

from pianomime.episodes.interrupts import Interrupted, interrupt_exit_code
from pianomime.files.recording_output import check_record
from pianomime.graph.graph import progress_bar, running
from pianomime.graph.graph_options import FollowOptions, PerceptionOptions
from pianomime.graph.runner import NodeDied
from pianomime_core.errors import UserError
from pianomime_perception.installed import check_installed

EXIT_END, EXIT_NODE_DIED = 0, 1


def follow(options: argparse.Namespace) -> int:
    """Follow until the video ends, or until Ctrl-C; return the exit code.

    Raises:
        UserError: There is no such camera or video, perception is not installed, or as `running`.
    """
    if options.record is not None:
        check_record(options.record)
    chosen = FollowOptions(
        perception=_perception(options),
        viewer=options.viewer,
        viewer_host=options.viewer_host,
        viewer_port=options.viewer_port,
        viewer_names=tuple(options.viewer_name),
        hand_collisions=options.hand_collisions,
        record=options.record,
    )
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


def _show(progress: Progress, bar: TaskID, values: Mapping[str, float]) -> None:
    if values:
        note = "  ".join(f"{side}: {_distance(values, side)}" for side in ("rh", "lh"))
        progress.update(bar, description="following" if values["clouds"] else "waiting for fingertips", note=note)


def _distance(values: Mapping[str, float], side: str) -> str:
    if not values.get(f"{side}_seen"):
        return "not seen"
    return f"{values[f'{side}_distance_p50_mm']:.0f} mm" if f"{side}_distance_p50_mm" in values else "seen"


def _print_end(console: Console, values: Mapping[str, float]) -> None:
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
