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

"""Options that `play` and `live` share: with ROS or without, who watches, the rollout, and the sound."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pianomime.commands.sound_options import add_sound, recorded, sound_options
from pianomime.commands.viewer_options import add_viewer, viewer_fields
from pianomime.files.outputs import check_file, keep_apart
from pianomime_core.errors import UserError


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add `--no-ros`, the options of the viewer, `--rollout`, and the options of sound."""
    parser.add_argument("--no-ros", action="store_true", help="play in a single process, without ROS")
    add_viewer(parser)
    parser.add_argument("--rollout", type=Path, metavar="FILE.npz", help="write what was played")
    add_sound(parser)


@contextmanager
def common_options(
    options: argparse.Namespace, sound_by_default: bool, inputs: Sequence[Path] = ()
) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the checked fields of `pianomime.graph.graph_options.Options` except the controller, and a notice to print
    once all input is accepted; at the end write the sound.

    With --no-ros, what needs a node or a topic is refused, and there is no sound by default.

    `inputs` are input files besides those among the options.

    Raises:
        UserError: --no-ros together with what needs ROS, a file cannot be written, or would overwrite another, or as
            `sound_options`.
    """
    if options.no_ros:
        _refuse_what_needs_ros(options)
    outputs = [(f"--{name}", getattr(options, name)) for name in ("rollout", "record", "wav", "midi", "json")]
    keep_apart(outputs, (*inputs, options.soundfont))
    if options.rollout is not None:
        check_file(options.rollout, "--rollout", ".npz")
    fields = viewer_fields(options)
    sound_outputs, notice = sound_options(options, sound_by_default and not options.no_ros)
    with recorded(options) as rollout:
        yield {**fields, "rollout": rollout, **sound_outputs}, notice


def _refuse_what_needs_ros(options: argparse.Namespace) -> None:
    for needs, why, instead in (
        (options.record is not None, "topics to record", "--rollout"),
        (options.viewer == "rviz", "topics for rviz", "--viewer browser or window"),
        (options.sound or options.midi_out or options.virtual_midi_out, "sound_node", "--wav or --midi"),
    ):
        if needs:
            raise UserError(f"--no-ros plays without {why}: use {instead}, or leave --no-ros out")
