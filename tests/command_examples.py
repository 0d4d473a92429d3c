"""A run of the command, and small MIDI files."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import mido

TICKS_PER_S = 960


class Result(NamedTuple):
    """What a run of the command left behind."""

    code: int
    out: str
    err: str

    def refuses(self, *words: str) -> None:
        """Assert exit code 2 and one line on stderr that holds all the words."""
        assert self.code == 2, self
        assert self.out == "", self
        assert self.err.startswith("pianomime: error: "), self
        assert self.err.count("\n") == 1, self
        for word in words:
            assert word in self.err


Command = Callable[..., Result]


def write_midi(path: Path, *notes: tuple[float, float, int], channel: int = 0) -> Path:
    """Write notes (onset [s], offset [s], pitch) as a MIDI file of one track."""
    events = [(round(onset * TICKS_PER_S), 1, pitch) for onset, _, pitch in notes]
    events += [(round(offset * TICKS_PER_S), 0, pitch) for _, offset, pitch in notes]
    track, last = mido.MidiTrack(), 0
    for tick, on, pitch in sorted(events):
        kind = "note_on" if on else "note_off"
        track.append(mido.Message(kind, channel=channel, note=pitch, velocity=64 * on, time=tick - last))
        last = tick
    mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(path)  # 120 beats a minute
    return path
