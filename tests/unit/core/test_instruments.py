"""Which instruments of a file are played, by their programs and names."""

from collections.abc import Sequence

import pytest

from pianomime_core.errors import UserError
from pianomime_core.instruments import Choice, Instrument, choice, instruments, played, remark
from pianomime_core.midi_track_reader import NOTE_OFF, NOTE_ON, PROGRAM_CHANGE, Event, Track
from pianomime_core.midi_tracks import MidiTracks

PIANO, HARPSICHORD, GUITAR, STRINGS = 0, 6, 24, 48


def file(*tracks: tuple[str, Sequence[tuple[int, int | None]]]) -> MidiTracks:
    """Tracks of a name and of (channel from 1, program or None), a note each."""
    return MidiTracks(
        1,
        480,
        [
            Track(
                name,
                [
                    event
                    for channel, program in parts
                    for event in (
                        *([Event(0, PROGRAM_CHANGE, channel - 1, program, 0)] if program is not None else []),
                        Event(0, NOTE_ON, channel - 1, 60, 80),
                        Event(9, NOTE_OFF, channel - 1, 60, 0),
                    )
                ],
            )
            for name, parts in tracks
        ],
    )


def heard(midi: MidiTracks, wanted: Choice | None = None) -> list[tuple[int, int]]:
    """(Track, channel) of what is played."""
    return [(each.track, each.channel) for each in played(instruments(midi), wanted or Choice())]


def test_an_instrument_is_a_channel_of_a_track_with_notes() -> None:
    there = instruments(file(("title", []), ("both", [(1, PIANO), (3, STRINGS)])))
    assert there == [
        Instrument(2, 1, "both", frozenset({PIANO})),
        Instrument(2, 3, "both", frozenset({STRINGS})),
    ]
    assert list(map(str, there)) == ["track 2 'both' (channel 1, piano)", "track 2 'both' (channel 3, ensemble)"]


def test_a_program_may_stand_in_another_track_and_may_change() -> None:
    conductor = Track("", [Event(0, PROGRAM_CHANGE, 2, GUITAR, 0)])
    part = Track(
        "solo", [Event(5, NOTE_ON, 2, 60, 80), Event(9, PROGRAM_CHANGE, 2, 40, 0), Event(9, NOTE_ON, 2, 62, 80)]
    )
    (solo,) = instruments(MidiTracks(1, 480, [conductor, part]))
    assert str(solo) == "track 2 'solo' (channel 3, guitar and strings)"
    assert not solo.may_be_piano


@pytest.mark.parametrize(
    ("tracks", "expected"),
    [
        # Melody, bridge and piano of POP909: all may be pianos, all are played.
        ([("MELODY", [(1, PIANO)]), ("BRIDGE", [(2, PIANO)]), ("PIANO", [(3, PIANO)])], [(1, 1), (2, 2), (3, 3)]),
        ([("", [(1, None)]), ("", [(2, None)])], [(1, 1), (2, 2)]),
        ([("", [(1, HARPSICHORD)]), ("", [(2, GUITAR)])], [(1, 1)]),
        ([("", [(1, None)]), ("", [(2, GUITAR)])], [(1, 1)]),
        # No piano at all: an arrangement for one, of everything.
        ([("", [(1, STRINGS)]), ("", [(2, GUITAR)])], [(1, 1), (2, 2)]),
        # By its name.
        ([("Grand Piano 2", [(1, STRINGS)]), ("", [(2, GUITAR)])], [(1, 1)]),
        # In one track, by channel.
        ([("song", [(1, PIANO), (2, STRINGS)])], [(1, 1)]),
    ],
)
def test_the_obvious_piano_alone_is_played(tracks: list, expected: list[tuple[int, int]]) -> None:
    assert heard(file(*tracks)) == expected


def test_drums_are_left_out_unless_their_channel_is_chosen() -> None:
    midi = file(("", [(1, PIANO)]), ("", [(10, None)]), ("", [(2, GUITAR)]))
    assert heard(midi) == [(1, 1)]
    assert heard(midi, Choice(tracks=(3,))) == [(3, 2)]
    assert heard(midi, Choice(channels=(1, 10))) == [(1, 1), (2, 10)]
    with pytest.raises(UserError, match=r"choose nothing \(drums only if channel 10 is chosen\)"):
        heard(midi, Choice(tracks=(2,)))


def said(midi: MidiTracks, wanted: Choice | None = None) -> str:
    there = instruments(midi)
    return remark(there, played(there, wanted or Choice()))


def test_two_hands_are_nothing_to_speak_of() -> None:
    assert said(file(("right", [(1, PIANO)]), ("left", [(2, None)]))) == ""
    assert said(file(("right", [(1, PIANO)]), ("left", [(1, PIANO)]), ("middle", [(1, PIANO)]))) == ""
    assert said(file(("right", [(1, PIANO)]), ("drums", [(10, None)]))) == ""


def test_several_instruments_are_named() -> None:
    assert said(file(("MELODY", [(1, PIANO)]), ("BRIDGE", [(2, PIANO)]), ("PIANO", [(3, PIANO)]))) == (
        "has several instruments, of which are played: track 1 'MELODY' (channel 1, piano), track 2 'BRIDGE' (channel "
        "2, piano), track 3 'PIANO' (channel 3, piano) (tracks and channels choose)"
    )
    assert "; left out: track 1 'right' (channel 1, piano) (" in said(
        file(("right", [(1, PIANO)]), ("left", [(1, PIANO)])), Choice(tracks=(2,))
    )


def test_names_are_fit_for_a_terminal_and_lists_end() -> None:
    many = file(*[(f"\x1b[2J\n{'long' * 20} {number}", [(1, STRINGS)]) for number in range(40)])
    words = said(many)
    assert words.isprintable()
    assert len(words) < 700
    assert ", 34 more" in words


def test_a_choice_is_read_as_it_is_typed() -> None:
    assert choice() == Choice()
    assert not choice(" ", "")
    assert choice("2, 3", "16") == Choice((2, 3), (16,))
    assert choice("2,") == Choice((2,))


@pytest.mark.parametrize("text", ["0", "17", "-1", "1,,2", "1.5", "one", "²", "9" * 5000, "1;2", ","])
def test_a_bad_choice_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"channels '.*': want whole numbers from 1 to 16, separated by commas"):
        choice("", text)
