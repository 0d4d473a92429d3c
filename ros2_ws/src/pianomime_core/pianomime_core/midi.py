"""Reading MIDI files: every check of the file itself, and the time of a tick.

Parsing is mido's; times follow pretty_midi, RoboPianist's reader, operation by operation, so that a note on the border
of two frames falls on the same side of it.
"""

import itertools
from bisect import bisect_right
from pathlib import Path

import mido

from pianomime_core.errors import UserError

MAX_FILE_BYTES = 10_000_000
"""Half an hour of piano is below 1 MB; mido reads about 1 MB/s."""

_DEFAULT_BEATS_PER_MINUTE = 120.0
_MICROSECONDS_PER_MINUTE = 6e7


def read_midi_file(path: Path) -> mido.MidiFile:
    """Parse a standard MIDI file of type 0 or 1.

    Raises:
        UserError: The path is no readable regular file, is too large, empty, not MIDI, damaged, or of an unusual kind.
    """
    if not path.exists():
        raise UserError(f"MIDI file {str(path)!r} does not exist")
    if not path.is_file():
        raise UserError(f"{str(path)!r} is not a file: give a standard MIDI file (.mid)")
    size = path.stat().st_size
    if size == 0:
        raise UserError(f"MIDI file {str(path)!r} is empty (0 bytes)")
    if size > MAX_FILE_BYTES:
        raise UserError(f"MIDI file {str(path)!r} has {size} bytes: the limit is {MAX_FILE_BYTES}")
    try:
        with path.open("rb") as file:
            is_midi = file.read(4) == b"MThd"
            file.seek(0)
            midi = mido.MidiFile(file=file) if is_midi else None
    except PermissionError as error:
        raise UserError(f"MIDI file {str(path)!r} cannot be read: {error.strerror}") from error
    except (
        Exception
    ) as error:  # mido raises whatever its parsing trips over: EOFError, OSError, IndexError, KeyError...
        reason = "it ends too early" if isinstance(error, EOFError) else str(error) or type(error).__name__
        raise UserError(f"MIDI file {str(path)!r} is truncated or damaged: {reason}") from error
    if midi is None:
        raise UserError(f"{str(path)!r} is not a MIDI file: it does not begin with the bytes MThd")
    if midi.type not in (0, 1):
        raise UserError(f"MIDI file {str(path)!r} has type {midi.type}: only types 0 and 1 have one time line")
    if midi.ticks_per_beat <= 0:
        raise UserError(f"MIDI file {str(path)!r} counts time in SMPTE frames: only ticks per beat (> 0) are supported")
    if any(message.type == "set_tempo" and message.tempo == 0 for track in midi.tracks[:1] for message in track):
        raise UserError(f"MIDI file {str(path)!r} has a tempo of 0 microseconds per beat: it must be above 0")
    return midi


class TempoMap:
    """Seconds of a tick by the tempo events of the first track, as in `PrettyMIDI._load_tempo_changes`.

    Tempo events of later tracks are ignored, as the standard and pretty_midi have it.
    """

    def __init__(self, midi: mido.MidiFile) -> None:
        ticks_per_beat = midi.ticks_per_beat
        self._start_ticks = [0]
        self._seconds_per_tick = [60.0 / (_DEFAULT_BEATS_PER_MINUTE * ticks_per_beat)]
        tick = 0
        for message in midi.tracks[0] if midi.tracks else ():
            tick += message.time
            if message.type != "set_tempo":
                continue
            seconds_per_tick = 60.0 / ((_MICROSECONDS_PER_MINUTE / message.tempo) * ticks_per_beat)
            if tick == 0:
                self._seconds_per_tick = [seconds_per_tick]
            elif seconds_per_tick != self._seconds_per_tick[-1]:
                self._start_ticks.append(tick)
                self._seconds_per_tick.append(seconds_per_tick)
        self._start_s = [0.0]
        for (start, end), scale in zip(itertools.pairwise(self._start_ticks), self._seconds_per_tick, strict=False):
            self._start_s.append(self._start_s[-1] + scale * (end - start))

    def seconds(self, tick: int) -> float:
        """Return the time of an absolute tick, in seconds from the beginning of the file."""
        segment = bisect_right(self._start_ticks, tick) - 1
        return self._start_s[segment] + self._seconds_per_tick[segment] * (tick - self._start_ticks[segment])
