"""launch/songs: the committed files match scores.py and the composers' scores."""

import subprocess
import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import mido
import pytest

SONGS = Path(__file__).parents[3] / "launch" / "songs"
NAMES = ("fuer_elise", "minuet_in_g", "ode_to_joy", "prelude_in_c", "twinkle")


def notes(name: str) -> list[tuple[float, float, int]]:
    """(onset [quarters], duration [quarters], pitch) of every note of a bundled song, sorted."""
    midi = mido.MidiFile(SONGS / f"{name}.mid")
    found = []
    for track in midi.tracks:
        tick, sounding = 0, {}
        for message in track:
            tick += message.time
            if message.type == "note_on":
                assert message.note not in sounding
                sounding[message.note] = tick
            elif message.type == "note_off":
                onset = sounding.pop(message.note)
                found.append((onset / midi.ticks_per_beat, (tick - onset) / midi.ticks_per_beat, message.note))
        assert not sounding
    return sorted(found)


def test_encoding_again_gives_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, SONGS / "encode.py", tmp_path], check=True)
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(NAMES)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (SONGS / path.name).read_bytes(), path.name


@pytest.mark.parametrize("name", NAMES)
def test_lasts_20_to_60_seconds_inside_the_keyboard(name: str) -> None:
    assert 20 <= mido.MidiFile(SONGS / f"{name}.mid").length <= 60
    assert all(21 <= pitch <= 108 for _, _, pitch in notes(name))


@pytest.mark.parametrize("name", NAMES)
def test_voices_never_hold_the_same_key_at_once(name: str) -> None:
    by_pitch = defaultdict(list)
    for onset, duration, pitch in notes(name):
        by_pitch[pitch].append((onset, onset + duration))
    for intervals in by_pitch.values():
        assert all(first[1] <= second[0] for first, second in pairwise(intervals))


def test_minuet_begins_and_ends_as_petzold_wrote_it() -> None:
    minuet = notes("minuet_in_g")
    assert minuet[:9] == [
        (0.0, 1.0, 74),
        (0.0, 2.0, 55),
        (0.0, 2.0, 59),
        (0.0, 2.0, 62),
        (1.0, 0.5, 67),
        (1.5, 0.5, 69),
        (2.0, 0.5, 71),
        (2.0, 1.0, 57),
        (2.5, 0.5, 72),
    ]
    assert max(onset + duration for onset, duration, _ in minuet) == 32 * 3
    assert [pitch for onset, _, pitch in minuet if onset == 31 * 3] == [55, 59, 62, 67]


def test_prelude_repeats_every_figure_twice() -> None:
    prelude = notes("prelude_in_c")
    assert [pitch for onset, _, pitch in prelude if onset < 2] == [60, 64, 67, 72, 76, 67, 72, 76]
    assert [duration for onset, duration, _ in prelude if onset < 2] == [2.0, 1.75] + 6 * [0.25]
    for bar in range(19):
        first, second = (
            [pitch for onset, _, pitch in prelude if begin <= onset < begin + 2] for begin in (4 * bar, 4 * bar + 2)
        )
        assert first == second
        assert len(first) == 8


def test_fuer_elise_theme_comes_three_times_over_its_arpeggios() -> None:
    elise = notes("fuer_elise")
    for bar in (0, 8, 22):
        begin = 0.5 + 1.5 * bar
        theme = [pitch for onset, _, pitch in elise if begin <= onset < begin + 3]
        assert theme == [76, 75, 76, 71, 74, 72, 45, 69, 52, 57, 60, 64, 69]


def test_twinkle_and_ode_have_their_melodies_on_top() -> None:
    def top_line(name: str, beats: int) -> list[int]:
        return [max(pitch for onset, _, pitch in notes(name) if onset == beat) for beat in range(beats)]

    assert top_line("twinkle", 7) == [72, 72, 79, 79, 81, 81, 79]
    assert top_line("ode_to_joy", 12) == [78, 78, 79, 81, 81, 79, 78, 76, 74, 74, 76, 78]
