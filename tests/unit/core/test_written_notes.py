"""The notes of one key, by hand and by what holds for all."""

import math
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pianomime_core.notes import Note
from pianomime_core.written_notes import COPIES, NO_END, NO_LENGTH, STRUCK_AGAIN, WrittenNote, in_words, notes_of_key


def read(*written: WrittenNote) -> tuple[list[tuple[float, float, int]], dict[str, int]]:
    """Onset, offset and velocity of the notes of a piece that ends at 9 s, in a file that ends at 10 s; the changes."""
    changes: Counter[str] = Counter()
    notes = list(notes_of_key(60, written, (9.0, 10.0), changes))
    assert all(note.pitch == 60 for note in notes)
    return [(note.onset_s, note.offset_s, note.velocity) for note in notes], dict(+changes)


def test_a_strike_ends_what_sounds_on_its_key_and_goes_on_to_its_own_end() -> None:
    assert read(WrittenNote(0.0, 4.0, 50), WrittenNote(1.0, 1.5, 60)) == (
        [(0.0, 1.0, 50), (1.0, 1.5, 60)],
        {STRUCK_AGAIN: 1},
    )


def test_a_note_that_ends_where_the_next_begins_is_as_written() -> None:
    assert read(WrittenNote(1.0, 2.0, 60), WrittenNote(0.0, 1.0, 50)) == ([(0.0, 1.0, 50), (1.0, 2.0, 60)], {})


def test_copies_are_one_with_the_earliest_onset_the_latest_end_and_the_greatest_velocity() -> None:
    assert read(WrittenNote(1.0, 2.0, 50), WrittenNote(1.005, 1.9, 70), WrittenNote(1.03, 2.1, 60)) == (
        [(1.0, 2.1, 70)],
        {COPIES: 2},
    )


def test_copies_are_near_the_first_of_them_not_in_a_chain() -> None:
    written = [WrittenNote(0.02 * number, 1.0, 50) for number in range(4)]  # 0, 20; 40, 60 ms
    assert read(*written) == ([(0.0, 0.04, 50), (0.04, 1.0, 50)], {COPIES: 2, STRUCK_AGAIN: 1})


@pytest.mark.parametrize(("end_s", "strikes"), [(0.02, 1), (0.019, 2)])
def test_what_begins_when_the_first_has_ended_is_a_repetition(end_s: float, strikes: int) -> None:
    notes, changes = read(WrittenNote(0.0, end_s, 50), WrittenNote(0.02, 0.5, 60))
    assert len(notes) == strikes
    assert changes == ({COPIES: 1} if strikes == 1 else {})


def test_grace_notes_last_50_ms_or_until_the_next_strike() -> None:
    assert read(WrittenNote(0.0, 0.0, 50), WrittenNote(1.0, 1.0, 60), WrittenNote(1.04, 2.0, 70)) == (
        [(0.0, 0.05, 50), (1.0, 1.04, 60), (1.04, 2.0, 70)],
        {NO_LENGTH: 1, STRUCK_AGAIN: 1},
    )


def test_a_copy_of_no_length_or_without_end_adds_nothing_to_the_note() -> None:
    for end_s in (1.0, math.inf):
        assert read(WrittenNote(1.0, end_s, 50), WrittenNote(1.01, 1.03, 60)) == ([(1.0, 1.03, 60)], {COPIES: 1})


def test_a_note_without_an_end_ends_with_the_piece_or_is_struck_again() -> None:
    assert read(WrittenNote(1.0, math.inf, 50), WrittenNote(2.0, math.inf, 60)) == (
        [(1.0, 2.0, 50), (2.0, 9.0, 60)],
        {STRUCK_AGAIN: 1, NO_END: 1},
    )
    assert read(WrittenNote(9.0, math.inf, 50)) == ([(9.0, 10.0, 50)], {NO_END: 1}), "the last note-off, then the file"
    assert read(WrittenNote(10.0, math.inf, 50)) == ([(10.0, 10.05, 50)], {NO_LENGTH: 1}), "the file ends there"


def test_after_years_of_silence_a_grace_note_has_some_length() -> None:
    [(onset_s, offset_s, _)], _ = read(WrittenNote(2e15, 2e15, 50))
    assert onset_s < offset_s < onset_s + 1


def test_in_words() -> None:
    assert in_words(Counter({COPIES: 1, NO_END: 0, STRUCK_AGAIN: 12})) == [
        "1 note doubled within 30 ms, played once",
        "12 notes ended where the key is struck again",
    ]


written_notes = st.lists(
    st.builds(
        lambda onset, length, velocity: WrittenNote(
            onset / 100, math.inf if length is None else (onset + length) / 100, velocity
        ),
        st.integers(0, 100),
        st.none() | st.integers(0, 60),
        st.integers(1, 127),
    ),
    max_size=20,
)


@given(written_notes)
def test_one_key_sounds_one_note_at_a_time_and_every_written_note_is_in_one(written: list[WrittenNote]) -> None:
    changes: Counter[str] = Counter()
    notes = list(notes_of_key(60, written, (2.0, 2.0), changes))
    assert all(isinstance(note, Note) and note.onset_s < note.offset_s for note in notes)
    assert all(a.offset_s <= b.onset_s for a, b in pairwise(notes))
    assert len(notes) + changes[COPIES] == len(written)
    for note in written:
        assert any(played.onset_s <= note.onset_s <= played.onset_s + 0.0301 for played in notes)
    assert max((n.velocity for n in notes), default=0) == max((w.velocity for w in written), default=0)
