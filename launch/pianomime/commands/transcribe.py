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

"""`pianomime transcribe`: transcribes an audio or video file to a standard MIDI file."""

import argparse
import sys
from pathlib import Path
from typing import Any

from rich.progress import Progress

from pianomime.files.outputs import check_file, keep_apart
from pianomime_core.notes import save_midi
from pianomime_core.whole_file import write_whole


def add_transcribe(commands: "argparse._SubParsersAction[Any]") -> Any:
    """`pianomime transcribe FILE --out SONG.mid`."""
    parser = commands.add_parser(
        "transcribe",
        allow_abbrev=False,
        help="transcribe piano sound to MIDI",
        description="Write the notes and the sustain pedal of a piano recording as MIDI. Takes about twice as long as\n"
        "the music on one core. Requires `make transcribe`.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("recording", type=Path, metavar="FILE", help="audio, or video with sound, in any common format")
    parser.add_argument("--out", type=Path, required=True, metavar="SONG.mid", help="time 0 is the beginning of FILE")
    return parser


def transcribe(recording: Path, out: Path) -> int:
    """Write the notes of a recording and return the exit code; an older file stays until the new one is complete.

    Raises:
        UserError: The recording cannot be read or it has no notes, `out` cannot be written, or the transcriber
            is not installed.
    """
    check_file(out, "--out", ".mid")
    keep_apart([("--out", out)], (recording,))
    from pianomime_perception import transcription

    with Progress(transient=True, disable=not sys.stdout.isatty()) as bar:
        task = bar.add_task("listening", total=1.0)
        score = transcription.transcribe(recording, lambda share: bar.update(task, completed=share))
    write_whole(out, lambda file: save_midi(score, file))
    heard = f"{len(score.notes)} notes from {score.start_s:.1f} s to {score.end_s:.1f} s"
    print(f"{out}: {heard}, pedal pressed {sum(down for _, down in score.sustain)} times")
    return 0
