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

"""A piano from a soundfont (TinySoundFont, no system library)."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime_core.child import ChildError, in_child
from pianomime_core.errors import UserError
from pianomime_core.keyboard import HIGHEST_PITCH, LOWEST_PITCH
from pianomime_sim.sound.soundfont_file import check_soundfont

SAMPLE_RATE_HZ = 44_100
GAIN_DB = 6.0
"""With this gain one key of the bundled soundfont, struck at velocity 100, peaks at about .19 of full scale."""
_CHANNEL, _BANK, _PIANO = 0, 0, 0
_TRIAL_SAMPLES = 2048
_MEMORY_BYTES, _MEMORY_FACTOR, _LIMIT_S = 200_000_000, 8, 20.0


def bundled_soundfont() -> Path:
    """Return the soundfont in the robopianist wheel (TimGM6mb).

    Raises:
        UserError: The wheel is not installed.
    """
    spec = find_spec("robopianist")
    if spec is None or spec.origin is None:
        raise UserError(
            "the soundfont is missing: pip install --no-deps robopianist==1.0.10 (make install does), or name another"
        )
    return Path(spec.origin).parent / "soundfonts" / "TimGM6mb.sf2"


class PianoSynth:
    """Renders pressed and released keys in blocks of samples.

    Args:
        soundfont: A .sf2 or .sf3 file whose first program is a piano; None for the bundled one.
        sample_rate_hz: Sample rate of the output.

    Raises:
        UserError: The file is missing, damaged or not a soundfont, or tinysoundfont is not installed.
    """

    def __init__(self, soundfont: Path | None = None, sample_rate_hz: int = SAMPLE_RATE_HZ) -> None:
        path = bundled_soundfont() if soundfont is None else soundfont
        check_soundfont(path)
        try:
            # Remaining errors in the file must not crash this process.
            in_child(lambda: _strike_every_key(path), _MEMORY_BYTES + _MEMORY_FACTOR * path.stat().st_size, _LIMIT_S)
        except ChildError as error:
            raise UserError(f"soundfont {str(path)!r} is damaged: played on trial it {error}") from error
        self._pedal = False
        # Released while the pedal was down; TinySoundFont does not support MIDI control 64.
        self._sustained: set[int] = set()
        self._synth = _loaded(path, sample_rate_hz)

    def press(self, pitch: int, velocity: int) -> None:
        """Strike a key (MIDI pitch) with a velocity 1..127; it sounds from the next sample on."""
        if pitch in self._sustained:  # the same string is struck again, it does not sound twice
            self._sustained.remove(pitch)
            self._synth.noteoff(_CHANNEL, pitch)
        self._synth.noteon(_CHANNEL, pitch, velocity)

    def release(self, pitch: int) -> None:
        """Release a key; while the pedal is down it keeps sounding."""
        if self._pedal:
            self._sustained.add(pitch)
        else:
            self._synth.noteoff(_CHANNEL, pitch)

    def pedal(self, down: bool) -> None:
        """Move the sustain pedal."""
        self._pedal = down
        if not down:
            for pitch in self._sustained:
                self._synth.noteoff(_CHANNEL, pitch)
            self._sustained.clear()

    def release_all(self) -> None:
        """Release all keys and the pedal."""
        self.pedal(False)
        self._synth.notes_off()

    def samples(self, number: int) -> NDArray[np.float32]:
        """Return the next samples, (number, 2), left and right, with full scale 1, which many loud keys may exceed."""
        return np.frombuffer(self._synth.generate(number), dtype=np.float32).reshape(number, 2).copy()


def _strike_every_key(path: Path) -> None:
    synth = _loaded(path, SAMPLE_RATE_HZ)
    for velocity in (1, 64, 127):
        for pitch in range(LOWEST_PITCH, HIGHEST_PITCH + 1):
            synth.noteon(_CHANNEL, pitch, velocity)
        synth.generate(_TRIAL_SAMPLES)
        synth.notes_off()
    heard = np.frombuffer(synth.generate(_TRIAL_SAMPLES), dtype=np.float32)
    if not np.all(np.isfinite(heard)):
        raise UserError(f"soundfont {str(path)!r} is damaged: it sounds of numbers that are not finite")


def _loaded(path: Path, sample_rate_hz: int) -> Any:
    try:
        import tinysoundfont  # here, so that it is needed only for sound
    except ImportError as error:
        raise UserError("sound needs tinysoundfont: pip install --no-deps tinysoundfont==0.3.7") from error
    synth = tinysoundfont.Synth(gain=GAIN_DB, samplerate=sample_rate_hz)
    try:
        synth.program_select(_CHANNEL, synth.sfload(str(path)), _BANK, _PIANO)
    except (RuntimeError, tinysoundfont.SoundFontException) as error:
        raise UserError(
            f"soundfont {str(path)!r} is damaged, or has no program 0 in bank 0: want a .sf2 or .sf3 of a piano"
        ) from error
    return synth
