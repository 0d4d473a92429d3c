"""MIDI files become scores by either rules; scores survive being written and read."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from midi_messages import write
from mido import Message, MetaMessage

from pianomime_core.errors import UserError
from pianomime_core.instruments import Choice
from pianomime_core.midi_score import load_midi, save_midi
from pianomime_core.notes import Dropped, Note, Score
from pianomime_core.reading_rules import ReadingRules


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


@pytest.mark.parametrize("rules", ReadingRules)
def test_the_tempo_of_any_track_counts(rules: ReadingRules, tmp_path: Path) -> None:
    notes = [Message("note_on", note=60, time=0), Message("note_off", note=60, time=480)] * 4
    path = write(tmp_path / "song.mid", [], notes, [MetaMessage("set_tempo", tempo=250_000, time=960)])
    score = load_midi(path, rules=rules)
    # Two beats of half a second, two of a quarter.
    assert [note.offset_s for note in score.notes] == pytest.approx([0.5, 1.0, 1.25, 1.5])


@pytest.mark.parametrize("rules", ReadingRules)
def test_what_is_odd_is_said_in_one_line(rules: ReadingRules, tmp_path: Path) -> None:
    path = write(tmp_path / "song.mid", [Message("note_on", note=60, time=0), Message("note_off", note=60, time=9)])
    assert load_midi(path, rules=rules).remarks == ()
    data = path.read_bytes()
    path.write_bytes(data[:11] + b"\x02" + data[12:] + b"12345")
    assert load_midi(path, rules=rules).remarks == (
        f"is played, though 5 bytes from byte {len(data)} on belong to no chunk; its header counts 2 tracks, it has 1",
    )
    path.write_bytes(data + b"x" + (data[14:] + b"x") * 100)
    remark, *changed = load_midi(path, rules=rules).remarks
    assert len(changed) == (rules is ReadingRules.MUSICAL), "a hundred copies of a note"
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


@pytest.mark.parametrize("rules", ReadingRules)
def test_the_piano_of_several_instruments_is_played_and_the_others_are_named(
    rules: ReadingRules, tmp_path: Path
) -> None:
    score = load_midi(orchestra(tmp_path / "song.mid"), rules=rules)
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
    musical = load_midi(orchestra(tmp_path / "song.mid"), choice, ReadingRules.MUSICAL)
    assert musical.notes == score.notes
    assert musical.sustain == score.sustain[:1], "nobody lifts the pedal, so it goes down once"


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


long_notes_on_ticks = st.lists(
    st.tuples(st.integers(21, 108), st.integers(0, 40), st.integers(1, 9), st.integers(1, 127)), min_size=1, max_size=30
)


@settings(deadline=None)
@given(long_notes_on_ticks, st.sets(st.integers(0, 6000), max_size=8))
def test_clean_music_is_the_same_by_both_rules(
    tmp_path_factory: pytest.TempPathFactory, notes: list[tuple[int, int, int, int]], pedal: set[int]
) -> None:
    free = {(pitch, beat): (length, velocity) for pitch, beat, length, velocity in notes}
    score = Score(
        tuple(Note(pitch, beat / 8, (beat + length / 10) / 8, v) for (pitch, beat), (length, v) in free.items()),
        tuple((tick / 960, number % 2 == 0) for number, tick in enumerate(sorted(pedal))),
    )
    path = tmp_path_factory.getbasetemp() / "clean.mid"
    save_midi(score, path)
    read = load_midi(path, rules=ReadingRules.MUSICAL)
    assert read == load_midi(path)
    assert read.remarks == ()


def test_unwritable_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written: No such file or directory"):
        save_midi(Score((Note(60, 0.0, 1.0),)), tmp_path / "missing" / "song.mid")
