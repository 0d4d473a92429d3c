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

"""`pianomime video`: a rollout as a video with sound."""

import argparse

from pianomime.commands.command import Command
from pianomime.commands.rollout_options import add_rollout
from pianomime.commands.sound_options import add_soundfont
from pianomime.reports.video_sizes import DEFAULT_SIZE, SIZES


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_rollout(parser, "the video", "FILE.mp4")
    parser.add_argument("--size", choices=tuple(SIZES), default=DEFAULT_SIZE, help="default %(default)s")
    add_soundfont(parser)


def _run(options: argparse.Namespace) -> int:
    from pianomime.reports.offscreen import choose_gl

    choose_gl()
    from pianomime.reports.video import video

    return video(options.rollout, options.out, options.size, options.soundfont)


COMMAND = Command(
    "video",
    help="make a video of a rollout, with sound",
    description="Render a video of a rollout, with the sound of what the robot pressed; needs no display.",
    examples=("pianomime video song.npz --out song.mp4", "pianomime video song.npz --out song.mp4 --size 1080p"),
    add_arguments=_add_arguments,
    run=_run,
)
