"""MIDI files with damaged bytes, and files that cost time and memory: stacked notes, long numbers, many tracks."""

import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.fuzz.attempts import Attempt, Report, report
from benchmarks.fuzz.mutation import mutated
from pianomime.files.songs import bundled_songs
from pianomime_core.errors import UserError
from pianomime_core.midi import MAX_FILE_BYTES
from pianomime_core.midi_score import load_midi
from pianomime_core.piano_roll import piano_roll
from pianomime_core.reading_rules import ReadingRules

_LARGEST_BYTES = 60_000
"""Size of most files; one in `_HUGE_EVERY` has the maximum size."""
_HUGE_EVERY = 200
_END = b"\x00\xff\x2f\x00"


def run(count: int, seed: int) -> Report:
    """Try `count` files, each by all reading rules; for accepted ones, make the piano roll."""
    with tempfile.TemporaryDirectory(prefix="pianomime-fuzz-") as folder:
        path = Path(folder) / "song.mid"
        return report((_attempt(name, data, path) for name, data in cases(count, seed)), count, "midi")


def cases(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Return `count` files with descriptions, the same for the same seed."""
    random = np.random.default_rng(seed)
    songs = [path.read_bytes() for path in bundled_songs().values()]
    for number in range(count):
        if random.random() < 0.7:
            name, data = "song", songs[random.integers(len(songs))]
        else:
            name, make = list(_COSTLY.items())[random.integers(len(_COSTLY))]
            huge = number % _HUGE_EVERY == 0
            data = make(MAX_FILE_BYTES - 100 if huge else int(random.integers(100, _LARGEST_BYTES)))
        if random.random() < 0.9:
            name, data = f"damaged {name}", mutated(data, random)
        yield f"{number} ({name})", data


def _attempt(name: str, data: bytes, path: Path) -> Attempt:
    def work() -> None:
        path.write_bytes(data)
        refusals = []
        for rules in ReadingRules:
            try:
                piano_roll(load_midi(path, rules=rules))
            except UserError as error:
                refusals.append(error)
        if refusals:
            raise refusals[0]

    return Attempt(name, work)


def _file(*tracks: bytes) -> bytes:
    header = b"MThd" + struct.pack(">LHHH", 6, 1, min(len(tracks), 0xFFFF), 480)
    return header + b"".join(b"MTrk" + struct.pack(">L", len(track)) + track for track in tracks)


def _stacked(size: int) -> bytes:
    """Simultaneous note-ons that end with one note-off."""
    return _file(b"\x00\x90\x3c\x40" + b"\x00\x3c\x40" * (size // 3) + b"\x60\x3c\x00" + _END)


def _overlapping(size: int) -> bytes:
    """Notes of one key, each beginning before the previous one has ended."""
    return _file(b"\x00\x90\x3c\x40" + b"\x01\x3c\x40" * (size // 3) + b"\x60\x3c\x00" + _END)


def _repeated(size: int) -> bytes:
    return _file(b"\x00\x90\x3c\x40" + b"\x01\x3c\x00\x01\x3c\x40" * (size // 6) + b"\x60\x3c\x00" + _END)


def _pedal(size: int) -> bytes:
    pedal = b"\x00\xb0\x40\x00" + b"\x01\x40\x7f\x01\x40\x00" * (size // 6)
    return _file(b"\x00\x90\x3c\x40" + pedal + b"\x60\x90\x3c\x00" + _END)


def _number(size: int) -> bytes:
    """A number of continuation bytes only."""
    return _file(b"\x81" * size + b"\x00\x90\x3c\x40" + _END)


def _zeros(size: int) -> bytes:
    """A small number encoded in very many bytes."""
    return _file(b"\x00\x90\x3c\x40" + b"\x80" * size + b"\x60\x3c\x00" + _END)


def _tempos(size: int) -> bytes:
    tempos = b"".join(b"\x01\xff\x51\x03" + struct.pack(">L", 1 + number)[1:] for number in range(size // 7))
    return _file(tempos + _END, b"\x00\x90\x3c\x40\x60\x3c\x00" + _END)


def _tracks(size: int) -> bytes:
    return _file(*[b"\x00\x90\x3c\x40\x60\x3c\x00"] * (size // 15))


_COSTLY: dict[str, Callable[[int], bytes]] = {
    "stacked notes": _stacked,
    "overlapping notes": _overlapping,
    "repeated notes": _repeated,
    "pedal": _pedal,
    "endless number": _number,
    "long number": _zeros,
    "tempos": _tempos,
    "tracks": _tracks,
}
