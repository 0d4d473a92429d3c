"""A piano that plays from a soundfont (TinySoundFont, no system library)."""

import struct
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError

SAMPLE_RATE_HZ = 44_100
GAIN_DB = 6.0
"""One key of the bundled soundfont, struck at velocity 100, then peaks at about .19 of full scale."""
SUFFIXES = (".sf2", ".sf3")
_CHANNEL, _BANK, _PIANO = 0, 0, 0
_RIFF_HEADER = struct.Struct("<4sI4s")


def bundled_soundfont() -> Path:
    """Return the soundfont in the robopianist wheel (TimGM6mb).

    Raises:
        UserError: The wheel is not installed.
    """
    spec = find_spec("robopianist")
    if spec is None or spec.origin is None:
        raise UserError("the soundfont is missing: install robopianist 1.0.10 (make install does), or name another")
    return Path(spec.origin).parent / "soundfonts" / "TimGM6mb.sf2"


class PianoSynth:
    """Sounds of keys that are pressed and let go, as many samples as are asked for.

    Args:
        soundfont: A .sf2 or .sf3 file whose first program is a piano; None for the bundled one.
        sample_rate_hz: Of the samples it makes.

    Raises:
        UserError: The file is missing, damaged or no soundfont, or tinysoundfont is not installed.
    """

    def __init__(self, soundfont: Path | None = None, sample_rate_hz: int = SAMPLE_RATE_HZ) -> None:
        path = bundled_soundfont() if soundfont is None else soundfont
        _check(path)
        try:
            import tinysoundfont  # here, so that who wants no sound can do without
        except ImportError as error:
            raise UserError("sound needs tinysoundfont: pip install --no-deps tinysoundfont==0.3.7") from error
        self._pedal = False
        # Let go while the pedal was down: TinySoundFont does not know MIDI's control 64.
        self._sustained: set[int] = set()
        self._synth = tinysoundfont.Synth(gain=GAIN_DB, samplerate=sample_rate_hz)
        try:
            self._synth.program_select(_CHANNEL, self._synth.sfload(str(path)), _BANK, _PIANO)
        except (RuntimeError, tinysoundfont.SoundFontException) as error:
            raise UserError(
                f"soundfont {str(path)!r} is damaged, or has no program 0 in bank 0: want a .sf2 or .sf3 of a piano"
            ) from error

    def press(self, pitch: int, velocity: int) -> None:
        """Strike a key (MIDI pitch) with a velocity 1..127; it is heard from the next sample on."""
        if pitch in self._sustained:  # the string is struck anew, it does not sound twice
            self._sustained.remove(pitch)
            self._synth.noteoff(_CHANNEL, pitch)
        self._synth.noteon(_CHANNEL, pitch, velocity)

    def release(self, pitch: int) -> None:
        """Let a key go; while the pedal is down it sounds on."""
        if self._pedal:
            self._sustained.add(pitch)
        else:
            self._synth.noteoff(_CHANNEL, pitch)

    def pedal(self, down: bool) -> None:
        """The sustain pedal goes down or comes up."""
        self._pedal = down
        if not down:
            for pitch in self._sustained:
                self._synth.noteoff(_CHANNEL, pitch)
            self._sustained.clear()

    def release_all(self) -> None:
        """Let all keys and the pedal go."""
        self.pedal(False)
        self._synth.notes_off()

    def samples(self, number: int) -> NDArray[np.float32]:
        """Return the next samples, (number, 2), left and right, full scale is 1; many loud keys may exceed it."""
        return np.frombuffer(self._synth.generate(number), dtype=np.float32).reshape(number, 2).copy()


def _check(path: Path) -> None:
    # The library's own messages do not say what is wrong, and it plays half a file without a word.
    named = f"soundfont {str(path)!r}"
    if not path.is_file():
        raise UserError(f"{named} does not exist: want a {' or '.join(SUFFIXES)} file")
    try:
        with path.open("rb") as file:
            header = file.read(_RIFF_HEADER.size)
    except OSError as error:
        raise UserError(f"{named} cannot be read: {error.strerror}") from error
    if len(header) < _RIFF_HEADER.size or header[:4] != b"RIFF" or header[8:] != b"sfbk":
        raise UserError(f"{named} is not a soundfont: want a {' or '.join(SUFFIXES)} file")
    promised = _RIFF_HEADER.unpack(header)[1] + 8
    if path.stat().st_size < promised:
        raise UserError(f"{named} is truncated: {path.stat().st_size} of {promised} bytes")
