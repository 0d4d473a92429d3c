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

"""Options for the music: which part of a MIDI file is played."""

import argparse


def add_tracks(parser: argparse.ArgumentParser) -> None:
    """Add `--tracks --channels`, to be read by `pianomime_core.instruments.choice`."""
    parser.add_argument(
        "--tracks",
        default="",
        metavar="N,N",
        help="play only these tracks of a MIDI file, counted from 1; default: its piano if it has one beside other "
        "instruments, else all but drums",
    )
    parser.add_argument(
        "--channels",
        default="",
        metavar="N,N",
        help="play only these channels, 1 to 16; 10 has drums, played as pitches",
    )
