"""MIDI events become notes by pretty_midi's rules."""

from pathlib import Path

import pytest
from midi_messages import write
from mido import Message

from pianomime_core.midi_score import load_midi
from pianomime_core.notes import Dropped


def test_what_a_piano_cannot_play_is_counted(tmp_path: Path) -> None:
    events = [
        message
        for note, channel, ticks in ((60, 0, 10), (20, 0, 10), (109, 0, 10), (40, 9, 10), (62, 0, 0))
        for message in (
            Message("note_on", note=note, channel=channel, time=5),
            Message("note_off", note=note, channel=channel, time=ticks),
        )
    ]
    score = load_midi(write(tmp_path / "song.mid", [*events, Message("note_on", note=64, time=1)]))
    assert [note.pitch for note in score.notes] == [60]
    assert score.dropped == Dropped(drums=1, out_of_range=2, zero_length=2)
    assert str(score.dropped) == (
        "1 drum notes (channel 10), 2 outside the 88 keys (pitches 21..108), 2 of zero length or without end"
    )
    assert str(Dropped()) == "nothing"


def test_drums_without_an_end_are_drums(tmp_path: Path) -> None:
    events = [Message("note_on", note=40, channel=9, time=0), Message("note_on", note=109, time=0)]
    note = [Message("note_on", note=60, time=0), Message("note_off", note=60, time=9)]
    assert load_midi(write(tmp_path / "song.mid", [*events, *note])).dropped == Dropped(drums=1, out_of_range=1)


def test_equal_pitches_of_two_tracks_do_not_end_each_other(tmp_path: Path) -> None:
    tracks = [
        [Message("note_on", note=60, time=start), Message("note_off", note=60, time=length)]
        for start, length in ((0, 960), (480, 960))
    ]
    spans = [(note.onset_s, note.offset_s) for note in load_midi(write(tmp_path / "song.mid", *tracks)).notes]
    assert spans == [pytest.approx((0.0, 1.0)), pytest.approx((0.5, 1.5))]
