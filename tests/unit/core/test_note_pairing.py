"""Note-ons and note-offs, paired by both rules."""

from hypothesis import given
from hypothesis import strategies as st

from pianomime_core.note_pairing import OpenNotes, first_in_first_out


def test_by_pretty_midis_rule() -> None:
    notes: OpenNotes[int, int] = OpenNotes()
    assert notes.end(60, 5) == [], "an unmatched note-off"
    notes.begin(60, 10, 1)
    notes.begin(60, 20, 2)
    notes.begin(61, 20, 3)
    assert notes.items() == [(60, 10, 1), (60, 20, 2), (61, 20, 3)]
    assert notes.end(60, 30) == [(10, 1), (20, 2)], "one note-off ends both"
    notes.begin(60, 40, 4)
    notes.begin(60, 50, 5)
    assert notes.end(60, 50) == [(40, 4)], "struck again at the moment of the note-off: the new note goes on"
    assert notes.end(60, 60) == [(50, 5)]
    notes.begin(60, 70, 6)
    assert notes.end(60, 70) == [], "no length"
    assert notes.end(60, 80) == []


def test_the_first_note_off_ends_the_first_note() -> None:
    # Case of four notes, each a little longer than the time to the next: symusic reads 0-52, 50-102, 100-152, 150-200.
    events = [(0, 80), (50, 80), (52, 0), (100, 80), (102, 0), (150, 80), (152, 0), (200, 0)]
    assert sorted(first_in_first_out(events)) == [(0, 52, 80), (50, 102, 80), (100, 152, 80), (150, 200, 80)]


def test_note_offs_that_end_nothing_are_nothing() -> None:
    assert list(first_in_first_out([(0, 0), (5, 70), (9, 0), (9, 0), (12, 0), (20, 71), (30, 0)])) == [
        (5, 9, 70),
        (20, 30, 71),
    ]


def test_a_note_may_have_no_length() -> None:
    assert list(first_in_first_out([(5, 70), (5, 0)])) == [(5, 5, 70)]


def test_one_missing_note_off_leaves_all_others_with_their_notes() -> None:
    # Two voices struck the key at 0 and 10, and one note-off ends both; as on a synthesizer, it ends the last strike.
    events = [(0, 1), (10, 2), (20, 0), (30, 3), (40, 0), (50, 4), (60, 0)]
    assert sorted(first_in_first_out(events)) == [(0, None, 1), (10, 20, 2), (30, 40, 3), (50, 60, 4)]
    assert list(first_in_first_out([(0, 1)])) == [(0, None, 1)]


written = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=12)


@given(written)
def test_of_complete_notes_the_nth_end_ends_the_nth_note(spans: list[tuple[int, int]]) -> None:
    # Among equal ticks note-offs come first, except those of the notes that begin there and have no length.
    events = sorted(
        event
        for onset, length in spans
        for event in ((onset, 1 if length else 2, 80), (onset + length, 0 if length else 3, 0))
    )
    onsets, ends = sorted(onset for onset, _ in spans), sorted(onset + length for onset, length in spans)
    found = sorted(first_in_first_out((tick, velocity) for tick, _, velocity in events))
    assert [(onset, end) for onset, end, _ in found] == list(zip(onsets, ends, strict=True))


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from([0, 0, 64, 65])), max_size=30))
def test_whatever_comes_every_note_on_is_one_note_and_no_end_is_used_twice(steps: list[tuple[int, int]]) -> None:
    tick, events = 0, []
    for step, velocity in steps:
        tick += step
        events.append((tick, velocity))
    found = list(first_in_first_out(events))
    assert sorted((onset, velocity) for onset, _, velocity in found) == sorted(e for e in events if e[1])
    ends = [end for _, end, _ in found if end is not None]
    offs = [tick for tick, velocity in events if not velocity]
    assert all(ends.count(end) <= offs.count(end) for end in ends)
    assert all(end >= onset for onset, end, _ in found if end is not None)
