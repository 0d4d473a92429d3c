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

"""Renders notes as sound, offline and sample-accurate."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.notes import Score
from pianomime_core.whole_file import write_whole
from pianomime_sim.sound.synth import SAMPLE_RATE_HZ, PianoSynth

TAIL_S = 1.5
"""Sound kept after the last key is released."""
_FULL_SCALE = 32767


def sound_of(score: Score, synth: PianoSynth, duration_s: float) -> NDArray[np.float32]:
    """Return the sound of a score, (samples, 2) in -1..1, from its time 0 for `duration_s` plus the tail.

    Sound that would exceed full scale is attenuated as a whole.
    """
    # Releases first, so that a repeated key sounds again; then the pedal, in the order of `save_midi`.
    events = [(note.offset_s, 0, note.pitch, 0) for note in score.notes]
    events += [(time_s, 1, 0, int(down)) for time_s, down in score.sustain]
    events += [(note.onset_s, 2, note.pitch, note.velocity) for note in score.notes]
    length = round((duration_s + TAIL_S) * SAMPLE_RATE_HZ)
    sound = np.zeros((length, 2), dtype=np.float32)
    now = 0
    for time_s, kind, pitch, value in sorted(events):
        sample = min(round(time_s * SAMPLE_RATE_HZ), length)
        if sample > now:
            sound[now:sample] = synth.samples(sample - now)
            now = sample
        if kind == 0:
            synth.release(pitch)
        elif kind == 1:
            synth.pedal(bool(value))
        else:
            synth.press(pitch, value)
    if now < length:
        sound[now:] = synth.samples(length - now)
    return sound / max(1.0, float(np.abs(sound).max(initial=0.0)))


def write_wave(sound: NDArray[np.float32], path: Path) -> None:
    """Write sound (samples, 2) as a 16-bit WAV file; an older file stays until the new one is complete.

    Raises:
        UserError: The file cannot be written.
    """

    def write(file: Path) -> None:
        with wave.open(str(file), "wb") as out:
            out.setnchannels(2)
            out.setsampwidth(2)
            out.setframerate(SAMPLE_RATE_HZ)
            out.writeframes(np.rint(np.clip(sound, -1, 1) * _FULL_SCALE).astype("<i2").tobytes())

    try:
        write_whole(path, write)
    except OSError as error:
        raise UserError(f"sound {str(path)!r} cannot be written: {error.strerror}") from error
