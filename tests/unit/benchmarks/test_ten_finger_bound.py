"""Chords, held notes, repeated keys and jumps whose bounds were counted by hand."""

from pathlib import Path

import numpy as np
import pytest
from benchmarks.ten_finger_bound import BoundOptions, Limits, bound_table, main, most_notes, planner_limits, recalls
from command_examples import write_midi
from rich.console import Console

from pianomime_core.errors import UserError
from pianomime_core.notes import Note

# A white key is 23.5 mm wide, so an octave is 164.5 mm and a ninth 188 mm. A key is taken for 10 + 60 + 30 = 100 ms.
LIMITS = Limits(reach_m=0.18, speed_m_s=1.0, before_s=0.01, hold_s=0.06, lift_s=0.03)
C_MAJOR = (0, 2, 4, 5, 7, 9, 11, 12)


def chord(*pitches: int, at_s: float = 1.0, length_s: float = 1.0) -> list[Note]:
    return [Note(pitch, at_s, at_s + length_s) for pitch in pitches]


def strikes(notes: list[Note]) -> int:
    return most_notes(notes, LIMITS, held=False)


def held(notes: list[Note]) -> int:
    return most_notes(notes, LIMITS, held=True)


@pytest.mark.parametrize(
    ("pitches", "most"),
    [
        ((60,), 1),
        ((36, 84), 2),
        ((36, 60, 84), 2),  # the third is far from both hands
        ((60, 72), 2),
        ((48, 50, 62, 64), 4),  # a ninth from 48 to 62, but not for hands at 48 and 62
        ((36, 48, 50, 62, 64), 4),  # two octaves and a major third need a third hand
        ((36, 48, 60, 62, 74), 4),
        ((*range(60, 66), 96), 6),  # the hand at 96 cannot help with the six others
        ((*range(24, 29), *range(60, 66)), 10),  # ten fingers
    ],
)
def test_chords(pitches: tuple[int, ...], most: int) -> None:
    assert strikes(chord(*pitches)) == held(chord(*pitches)) == most


def test_a_finger_is_free_again_after_the_shortest_hold_or_when_the_note_may_end() -> None:
    both_hands = chord(24, *range(60, 65))
    assert [count([*both_hands, Note(65, 1.2, 1.3)]) for count in (strikes, held)] == [7, 6]
    # Notes of a second may end 200 ms early: at 1.8 s, and their fingers are up at 1.83 s.
    for onset_s, most in ((1.835, 6), (1.845, 7)):
        assert held([*both_hands, Note(65, onset_s, onset_s + 0.1)]) == most


@pytest.mark.parametrize(("gap_s", "most"), [(0.098, 1), (0.102, 2)])
def test_a_key_is_struck_again_when_its_finger_is_up(gap_s: float, most: int) -> None:
    assert strikes([Note(60, 1.0, 1.05), Note(60, 1.0 + gap_s, 1.5)]) == most


def test_hands_take_time_to_jump() -> None:
    """The key three octaves up is 493.5 mm away, and 180 mm nearer for a hand that turns from its lowest to its highest
    key: 313.5 ms, after a key that was taken until 1.09 s, for one that is taken from 10 ms before it sounds."""
    second_hand = chord(24, length_s=5.0)
    for wait_s, most in ((0.40, 2), (0.42, 3)):
        jump = [Note(48, 1.0, 1.05), Note(84, 1.0 + wait_s, 1.0 + wait_s + 0.05)]
        assert held([*second_hand, *jump]) == most


def test_who_leaves_out_a_note_may_play_more_later() -> None:
    """One hand is bound to the bass. The other one can hold the first note, or play the three far above."""
    song = [*chord(24, at_s=0.5, length_s=5.0), *chord(60, length_s=4.0), *chord(96, 98, 100, at_s=2.0, length_s=0.5)]
    assert (strikes(song), held(song)) == (5, 4)


def test_random_songs_are_in_order() -> None:
    """At most what is written; no less when the notes need not be held, and with longer, faster and lighter hands."""
    rng = np.random.default_rng(0)
    for _ in range(3):
        onsets_s = rng.uniform(0.0, 4.0, 25)
        song = [Note(int(rng.integers(40, 90)), onset_s, onset_s + rng.uniform(0.05, 1.0)) for onset_s in onsets_s]
        assert 5 < held(song) <= strikes(song) <= len(song)
        for better in (
            Limits(0.3, 1.0, 0.01, 0.06, 0.03),
            Limits(0.18, 10.0, 0.01, 0.06, 0.03),
            Limits(0.18, 1.0, 0.0, 0.03, 0.01),
        ):
            assert most_notes(song, better, held=True) >= held(song)


def test_the_reach_of_the_planner_is_between_an_octave_and_a_ninth() -> None:
    limits = planner_limits()
    assert 7 * 0.0235 < limits.reach_m < 8 * 0.0235
    assert 0.0 < limits.before_s < limits.hold_s < 0.1


def test_the_table_has_means_and_worst_songs() -> None:
    console = Console(width=140)
    with console.capture() as printed:
        console.print(bound_table({"folk": [(1.0, 0.6), (0.5, 0.6)]}))
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in printed.get().splitlines()]
    assert ["folk (2)", "strikes", "0.750", "0.500", "0.833", "0.667"] in rows
    assert ["folk (2)", "notes held", "0.600", "0.600", "0.750", "0.750"] in rows


def test_files_are_read_as_written_and_sets_are_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    song = tmp_path / "wide" / "a.mid"
    song.parent.mkdir()
    write_midi(song, (0.0, 0.4, 36), (0.0, 0.4, 60), (0.0, 0.4, 84), (1.0, 1.4, 60))
    assert recalls(song, LIMITS) == (0.75, 0.75)
    assert main(BoundOptions(folders=(song.parent,))) == 0
    assert "wide (1)" in capfd.readouterr().out


def test_nothing_to_play_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--demos"):
        main(BoundOptions())
    with pytest.raises(UserError, match="nowhere"):
        main(BoundOptions(folders=(tmp_path / "nowhere",)))
