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

"""`pianomime sound`: what the robot pressed, as sound or MIDI."""

import argparse

from pianomime.commands.command import Command
from pianomime.commands.rollout_options import add_rollout
from pianomime.commands.sound_options import add_soundfont


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_rollout(parser, "a WAV or a standard MIDI file", "FILE.wav|FILE.mid")
    add_soundfont(parser)


def _run(options: argparse.Namespace) -> int:
    from pianomime.reports.sound import sound

    return sound(options.rollout, options.out, options.soundfont)


COMMAND = Command(
    "sound",
    help="make sound or MIDI from a rollout",
    description="Write what the robot pressed as sound or MIDI.",
    examples=(
        "pianomime sound song.npz --out song.wav",
        "pianomime sound song.npz --out song.wav --soundfont grand.sf2",
        "pianomime sound song.npz --out song.mid",
    ),
    add_arguments=_add_arguments,
    run=_run,
)
