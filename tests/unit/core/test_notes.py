"""MIDI events become notes by pretty_midi's rules; scores survive being written and read."""

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mido import Message, MetaMessage, MidiFile, MidiTrack

from pianomime_core.errors import UserError
from pianomime_core.instruments import Choice
from pianomime_core.notes import Dropped, Note, OpenNotes, Score, load_midi, save_midi


def write(path: Path, *tracks: list[Message]) -> Path:
    """480 ticks a beat of half a second: 960 ticks a second; message times are ticks since the one before."""
    MidiFile(ticks_per_beat=480, tracks=[MidiTrack(track) for track in tracks]).save(str(path))
    return path


def test_notes_pedal_and_title(tmp_path: Path) -> None:
    path = write(
        tmp_path / "little song.mid",
        [
            Message("note_on", note=60, velocity=99, time=96),
            Message("control_change", control=64, value=64, time=0),
            Message("control_change", control=67, value=127, time=0),
            Message("note_on", note=60, velocity=0, time=480),
            Message("control_change", control=64, value=63, time=0),
        ],
    )
    score = load_midi(path)
    (note,) = score.notes
    assert (note.pitch, note.onset_s, note.offset_s, note.velocity) == pytest.approx((60, 0.1, 0.6, 99))
    assert score.sustain == ((pytest.approx(0.1), True), (pytest.approx(0.6), False))
    assert (score.title, score.dropped) == ("little song", Dropped())
    assert (score.start_s, score.end_s) == (pytest.approx(0.1), pytest.approx(0.6))


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


def test_the_tempo_of_any_track_counts(tmp_path: Path) -> None:
    notes = [Message("note_on", note=60, time=0), Message("note_off", note=60, time=480)] * 4
    score = load_midi(write(tmp_path / "song.mid", [], notes, [MetaMessage("set_tempo", tempo=250_000, time=960)]))
    # Two beats of half a second, two of a quarter.
    assert [note.offset_s for note in score.notes] == pytest.approx([0.5, 1.0, 1.25, 1.5])


def test_what_is_odd_is_said_in_one_line(tmp_path: Path) -> None:
    path = write(tmp_path / "song.mid", [Message("note_on", note=60, time=0), Message("note_off", note=60, time=9)])
    assert load_midi(path).remarks == ()
    data = path.read_bytes()
    path.write_bytes(data[:11] + b"\x02" + data[12:] + b"12345")
    assert load_midi(path).remarks == (
        f"is played, though 5 bytes from byte {len(data)} on belong to no chunk; its header counts 2 tracks, it has 1",
    )
    path.write_bytes(data + b"x" + (data[14:] + b"x") * 100)
    (remark,) = load_midi(path).remarks
    assert remark.endswith("; and 98 more like it")
    assert len(remark) < 300


def orchestra(path: Path) -> Path:
    """A piano, strings with a pedal of their own, and drums, each a second after the one before."""
    return write(
        path,
        [MetaMessage("track_name", name="conductor")],
        *(
            [
                MetaMessage("track_name", name=name),
                Message("program_change", channel=channel, program=program),
                Message("control_change", channel=channel, control=64, value=127, time=960 * channel),
                Message("note_on", channel=channel, note=note),
                Message("note_off", channel=channel, note=note, time=480),
            ]
            for name, channel, program, note in (("Flügel", 0, 0, 60), ("Geigen", 1, 48, 70), ("Schlagzeug", 9, 0, 36))
        ),
    )


def test_the_piano_of_several_instruments_is_played_and_the_others_are_named(tmp_path: Path) -> None:
    score = load_midi(orchestra(tmp_path / "song.mid"))
    assert [note.pitch for note in score.notes] == [60]
    assert score.sustain == ((0.0, True),)
    assert score.remarks == (
        "has several instruments, of which are played: track 2 'Flügel' (channel 1, piano); left out: "
        "track 3 'Geigen' (channel 2, ensemble) (tracks and channels choose)",
    )
    assert score.dropped == Dropped(drums=1)


@pytest.mark.parametrize(
    ("choice", "pitches"),
    [
        (Choice(tracks=(3,)), [70]),
        (Choice(tracks=(2, 3)), [60, 70]),
        (Choice(channels=(2,)), [70]),
        (Choice(channels=(1, 10)), [60, 36]),
        (Choice(tracks=(2, 3), channels=(2,)), [70]),
    ],
)
def test_tracks_and_channels_choose(choice: Choice, pitches: list[int], tmp_path: Path) -> None:
    score = load_midi(orchestra(tmp_path / "song.mid"), choice)
    assert [note.pitch for note in score.notes] == pitches
    assert len(score.sustain) == len(pitches)
    assert score.dropped == Dropped()


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (Choice(tracks=(1,)), "track 1 has no notes; notes are in track 2 'Flügel'.*, track 3 'Geigen'.*, track 4"),
        (Choice(channels=(3,)), "channel 3 has no notes"),
        (Choice(tracks=(2,), channels=(2,)), "tracks and channels together choose nothing .*; notes are in track 2"),
    ],
)
def test_a_choice_of_nothing_is_refused(choice: Choice, message: str, tmp_path: Path) -> None:
    path = orchestra(tmp_path / "song.mid")
    with pytest.raises(UserError, match=f"MIDI file '{path}': {message}"):
        load_midi(path, choice)


def test_equal_pitches_of_two_tracks_do_not_end_each_other(tmp_path: Path) -> None:
    tracks = [
        [Message("note_on", note=60, time=start), Message("note_off", note=60, time=length)]
        for start, length in ((0, 960), (480, 960))
    ]
    spans = [(note.onset_s, note.offset_s) for note in load_midi(write(tmp_path / "song.mid", *tracks)).notes]
    assert spans == [pytest.approx((0.0, 1.0)), pytest.approx((0.5, 1.5))]


def test_pairing_of_note_on_and_note_off() -> None:
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


@pytest.mark.parametrize(
    ("pitch", "onset_s", "offset_s"),
    [(20, 0, 1), (109, 0, 1), (60, 1, 1), (60, 2, 1), (60, 0, math.nan), (60, 0, math.inf)],
)
def test_impossible_notes_are_refused(pitch: int, onset_s: float, offset_s: float) -> None:
    with pytest.raises(ValueError, match=r"pitch|onset < offset"):
        Note(pitch, onset_s, offset_s)


notes_on_ticks = st.lists(
    st.tuples(st.integers(21, 108), st.integers(0, 5000), st.integers(1, 900), st.integers(1, 127)),
    min_size=1,
    max_size=30,
).filter(
    # A file cannot tell which of two sounding notes of one pitch ends.
    lambda notes: all(
        a is b or a[0] != b[0] or a[1] + a[2] <= b[1] or b[1] + b[2] <= a[1] for a in notes for b in notes
    )
)
pedal_on_ticks = st.dictionaries(st.integers(0, 6000), st.booleans(), max_size=8)


@settings(deadline=None)
@given(notes_on_ticks, pedal_on_ticks)
def test_a_written_score_reads_back(
    tmp_path_factory: pytest.TempPathFactory, notes: list[tuple[int, int, int, int]], pedal: dict[int, bool]
) -> None:
    score = Score(
        notes=tuple(
            Note(pitch, on / 960, (on + length) / 960, v)
            for pitch, on, length, v in sorted(notes, key=lambda note: (note[1], note[0]))
        ),
        sustain=tuple((tick / 960, down) for tick, down in sorted(pedal.items())),
        title="written",
    )
    path = tmp_path_factory.getbasetemp() / "written.mid"
    save_midi(score, path)
    read = load_midi(path)
    assert [(note.pitch, note.velocity) for note in read.notes] == [(note.pitch, note.velocity) for note in score.notes]
    for note, expected in zip(read.notes, score.notes, strict=True):
        assert (note.onset_s, note.offset_s) == pytest.approx((expected.onset_s, expected.offset_s))
    assert [down for _, down in read.sustain] == [down for _, down in score.sustain]
    assert [time_s for time_s, _ in read.sustain] == pytest.approx([time_s for time_s, _ in score.sustain])
    assert read.dropped == Dropped()


def test_unwritable_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written: No such file or directory"):
        save_midi(Score((Note(60, 0.0, 1.0),)), tmp_path / "missing" / "song.mid")
