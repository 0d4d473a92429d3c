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

"""`pianomime transcribe`: an audio or video file as a standard MIDI file."""

import argparse
from pathlib import Path

from pianomime.commands.command import Command
from pianomime.files.outputs import check_file, keep_apart
from pianomime.terminal import progress, write_result
from pianomime_core.whole_file import write_whole


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recording", type=Path, metavar="FILE", help="audio, or video with sound, in any common format")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="SONG.mid", help="the notes; time 0 is the beginning of FILE"
    )


def _run(options: argparse.Namespace) -> int:
    out = options.out
    check_file(out, "--out", ".mid")
    keep_apart([("--out", out), ("--json", options.json)], (options.recording,))
    from pianomime_core.midi_score import save_midi
    from pianomime_perception import transcription

    with progress() as bar:
        task = bar.add_task("listening", total=1.0)
        score = transcription.transcribe(options.recording, lambda share: bar.update(task, completed=share))
    # An older file stays until the new one is complete.
    write_whole(out, lambda file: save_midi(score, file))
    presses = sum(down for _, down in score.sustain)
    notes = f"{len(score.notes)} notes from {score.start_s:.1f} s to {score.end_s:.1f} s"
    print(f"{out}: {notes}, pedal pressed {presses} times")
    found = {"notes": len(score.notes), "start_s": score.start_s, "end_s": score.end_s, "pedal_presses": presses}
    write_result(options.json, found)
    return 0


COMMAND = Command(
    "transcribe",
    help="transcribe piano sound to MIDI",
    description="Write the notes and the sustain pedal of a piano recording as MIDI. Takes about twice as long as the "
    "music on one core. Requires `make transcribe`.",
    examples=(
        "pianomime transcribe recording.wav --out song.mid",
        "pianomime transcribe recital.mp4 --out recital.mid --json recital.json",
    ),
    add_arguments=_add_arguments,
    run=_run,
    result="the numbers of notes and pedal presses, and times [s]",
)
