"""MIDI files read as music: the times stated with each file are those of its messages, worked out by hand."""

from pathlib import Path

import pytest
from midi_messages import note, pedal, write_ms
from mido import Message, MetaMessage

from pianomime_core.instruments import EVERYTHING_FOR_A_PIANO, Choice
from pianomime_core.midi_score import load_midi
from pianomime_core.notes import Dropped, Score
from pianomime_core.reading_rules import ReadingRules

Events = list[tuple[int, Message | MetaMessage]]


@pytest.fixture
def read(tmp_path: Path):
    """Write tracks and read them as music."""

    def written(*tracks: Events, choice: Choice = EVERYTHING_FOR_A_PIANO, length_ms: int = 0) -> Score:
        path = write_ms(tmp_path / "song.mid", *map(_in_order, tracks), length_ms=length_ms)
        return load_midi(path, choice, ReadingRules.MUSICAL)

    return written


def _in_order(track: Events) -> Events:
    return sorted(track, key=lambda event: event[0])


def in_ms(score: Score) -> list[tuple[int, int, int]]:
    """Pitch, onset and offset of the notes."""
    return [(note.pitch, round(note.onset_s * 1000), round(note.offset_s * 1000)) for note in score.notes]


def pedal_in_ms(score: Score) -> list[tuple[int, bool]]:
    return [(round(time_s * 1000), down) for time_s, down in score.sustain]


def told(score: Score) -> str:
    """What is changed."""
    [remark] = score.remarks or [""]
    return remark.removeprefix("is read for one piano: ")


def test_a_key_struck_again_before_its_release(read) -> None:
    score = read([e for onset in (0, 500, 1000, 1500) for e in note(onset, min(onset + 520, 2000), 67)])
    assert in_ms(score) == [(67, 0, 500), (67, 500, 1000), (67, 1000, 1500), (67, 1500, 2000)]
    assert told(score) == "3 notes ended where the key is struck again"


def test_a_strike_ends_what_sounds_on_its_key_in_any_track(read) -> None:
    score = read(note(0, 2000), note(500, 1000, channel=1))
    assert in_ms(score) == [(60, 0, 500), (60, 500, 1000)]


def test_a_voice_doubled_5_ms_later_is_one(read) -> None:
    pitches = (60, 62, 64, 66)
    score = read(
        [e for n, pitch in enumerate(pitches) for e in note(45 + 500 * n, 495 + 500 * n, pitch, velocity=90)],
        [e for n, pitch in enumerate(pitches) for e in note(50 + 500 * n, 500 + 500 * n, pitch, velocity=60)],
    )
    assert in_ms(score) == [(pitch, 45 + 500 * n, 500 + 500 * n) for n, pitch in enumerate(pitches)]
    assert {note.velocity for note in score.notes} == {90}
    assert told(score) == "4 notes doubled within 30 ms, played once"


@pytest.mark.parametrize(("later_ms", "strikes"), [(30, 1), (31, 2)])
def test_within_30_ms(read, later_ms: int, strikes: int) -> None:
    for onset in (0, 530, 1290):  # in floating point, 0.53 + 0.03 is more than 0.56
        score = read(note(onset, onset + 300), note(onset + later_ms, onset + 400, channel=1))
        assert len(score.notes) == strikes, onset


def test_grace_notes_are_played(read) -> None:
    score = read([*note(0, 0, 71), *note(0, 500, 72), *note(500, 500, 74), *note(540, 1000, 74)])
    assert in_ms(score) == [(71, 0, 50), (72, 0, 500), (74, 500, 540), (74, 540, 1000)]
    assert told(score) == "1 note of no length, played for 50 ms; 1 note ended where the key is struck again"
    assert score.dropped == Dropped()


def test_notes_without_an_end_end_with_the_piece(read) -> None:
    score = read([*note(0, None, 60), *note(100, None, 64), *note(200, 900, 67)], length_ms=5000)
    assert in_ms(score) == [(60, 0, 900), (64, 100, 900), (67, 200, 900)]
    assert told(score) == "2 notes without an end, ended with the piece"


def test_a_last_chord_without_an_end_ends_with_its_file(read) -> None:
    score = read([*note(0, 500), *note(500, None, 64)], length_ms=1500)
    assert in_ms(score) == [(60, 0, 500), (64, 500, 1500)]


def test_what_a_piano_cannot_play_is_counted(read) -> None:
    drums = [*note(0, 0, 36, channel=9), *note(5, None, 36, channel=9)]
    score = read([*note(0, 100), *note(0, 100, 20), *note(0, None, 109), *drums])
    assert in_ms(score) == [(60, 0, 100)]
    assert score.dropped == Dropped(drums=2, out_of_range=2)
    assert score.remarks == ()


def test_the_pedal_is_down_while_a_channel_holds_it(read) -> None:
    right = [*pedal(0, 127), *note(0, 2000, 72), *pedal(500, 0)]
    left = [*pedal(0, 127, channel=1), *note(0, 2000, 48, channel=1), *pedal(2000, 0, channel=1)]
    assert pedal_in_ms(read(right, left)) == [(0, True), (2000, False)]
    assert pedal_in_ms(read(right, [event for event in left if event[1].type != "control_change"])) == [
        (0, True),
        (500, False),
    ]


def test_hands_on_one_channel_keep_the_pedals_of_their_tracks(read) -> None:
    right = [*pedal(0, 127), *note(0, 2000, 72), *pedal(500, 0)]
    left = [*pedal(0, 127), *note(0, 2000, 48), *pedal(1500, 0)]
    assert pedal_in_ms(read(right, left)) == [(0, True), (1500, False)]


def test_a_track_of_pedal_alone_moves_the_pedal_of_its_channel(read) -> None:
    tracks = (note(0, 2000), [*pedal(0, 127), *pedal(700, 0)], note(0, 2000, 64, channel=1))
    assert pedal_in_ms(read(*tracks)) == [(0, True), (700, False)]
    assert pedal_in_ms(read(*tracks, choice=Choice(tracks=(1,)))) == [(0, True), (700, False)]
    assert pedal_in_ms(read(*tracks, choice=Choice(tracks=(3,)))) == []


def test_the_pedal_of_a_channel_without_notes_is_heard_by_nobody(read) -> None:
    score = read([*note(0, 2000), *pedal(0, 127, channel=2), *pedal(700, 0, channel=2)])
    assert score.sustain == ()
    assert told(score) == "1 pedal-down event on channels that play nothing, left out"


def test_the_pedal_of_an_instrument_that_is_not_played_is_its_own(read) -> None:
    strings = [(0, Message("program_change", channel=1, program=48)), *pedal(0, 127, channel=1)]
    score = read(note(0, 2000), [*strings, *note(0, 900, 70, channel=1)])
    assert score.sustain == ()
    [remark] = score.remarks
    assert remark.startswith("has several instruments")


def test_a_pedal_that_rests_near_the_middle_goes_down_once(read) -> None:
    trembling = [event for number in range(34) for event in pedal(30 * number, 63 + number % 2)]
    assert pedal_in_ms(read([*note(0, 2000), *trembling])) == [(30, True)]


def test_controllers_reset_lift_the_pedal(read) -> None:
    reset = (700, Message("control_change", control=121, value=0))
    assert pedal_in_ms(read([*note(0, 2000), *pedal(0, 127), reset])) == [(0, True), (700, False)]
