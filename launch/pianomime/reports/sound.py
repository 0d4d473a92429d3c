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

"""`pianomime sound`: what the robot pressed, as a WAV or a standard MIDI file."""

from pathlib import Path

from pianomime.episodes.replayed_rollout import replay_rollout
from pianomime.files.outputs import check_file, keep_apart
from pianomime_core.errors import UserError
from pianomime_core.midi_score import save_midi
from pianomime_sim.sound.rendering import sound_of, write_wave
from pianomime_sim.sound.synth import PianoSynth


def sound(rollout: Path, out: Path, soundfont: Path | None) -> int:
    """Write the sound of a rollout file and return the exit code.

    Raises:
        UserError: The file is not a rollout, `out` cannot be written or has an unknown suffix, or the soundfont is
            invalid.
    """
    check_file(out, "--out", ".wav", ".mid")
    keep_apart([("--out", out)], (rollout, soundfont))
    if out.suffix == ".mid" and soundfont is not None:
        raise UserError(f"--soundfont {str(soundfont)!r} is for sound: --out {str(out)!r} would have to end in .wav")
    write_sound(rollout, out, soundfont)
    return 0


def write_sound(rollout: Path, out: Path, soundfont: Path | None) -> None:
    """Write a rollout file as WAV or MIDI, by the suffix of `out`, and print a line.

    Raises:
        UserError: As `sound`.
    """
    synth = PianoSynth(soundfont) if out.suffix == ".wav" else None
    replayed = replay_rollout(rollout)
    notes = replayed.score.notes
    if synth is None:
        save_midi(replayed.score, out)
    else:
        write_wave(sound_of(replayed.score, synth, replayed.duration_s), out)
    print(f"{out}: {len(notes)} notes in {replayed.duration_s:.1f} s{_loudness([note.velocity for note in notes])}")


def _loudness(velocities: list[int]) -> str:
    return f", MIDI velocity {min(velocities)} to {max(velocities)}" if velocities else ""
