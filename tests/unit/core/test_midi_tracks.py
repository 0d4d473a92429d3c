"""Hand-made bytes: deviations found in real files, how players read them, and limits."""

import io
import struct
import tracemalloc

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pianomime_core.midi_track_reader import (
    CONTROL_CHANGE,
    NOTE_OFF,
    NOTE_ON,
    PROGRAM_CHANGE,
    Event,
    MidiBytesError,
)
from pianomime_core.midi_tracks import read_midi_tracks

END = b"\x00\xff\x2f\x00"
NOTE = b"\x00\x90\x3c\x50\x60\x80\x3c\x00"
HEARD = [Event(0, NOTE_ON, 0, 60, 80), Event(96, NOTE_OFF, 0, 60, 0)]
KINDS = {"note_off": NOTE_OFF, "note_on": NOTE_ON, "control_change": CONTROL_CHANGE, "program_change": PROGRAM_CHANGE}


def chunk(kind: bytes, content: bytes, size: int | None = None) -> bytes:
    """A chunk, its size as it is or as somebody miscounted it."""
    return kind + struct.pack(">L", len(content) if size is None else size) + content


def smf(*chunks: bytes, counted: int | None = None) -> bytes:
    """A file of type 1, 480 ticks a beat."""
    return chunk(b"MThd", struct.pack(">HHH", 1, len(chunks) if counted is None else counted, 480)) + b"".join(chunks)


def track(content: bytes = NOTE, size: int | None = None) -> bytes:
    """A track that ends as it should."""
    return chunk(b"MTrk", content + END, size)


def riff(content: bytes) -> bytes:
    """A RIFF container as Windows wrote them, with a chunk of odd length before the music."""
    name = b"DISP" + struct.pack("<L", 3) + b"abc\0"
    inside = b"RMID" + name + b"data" + struct.pack("<L", len(content)) + content
    return b"RIFF" + struct.pack("<L", len(inside)) + inside


PLAYED = {
    "mode 255 of a key": (
        smf(track(b"\x00\xff\x59\x02\xfd\xff" + NOTE)),
        ["track 1 has 1 impossible key signatures, which are passed over"],
    ),
    "18 flats, again and again": (
        smf(track(b"\x00\xff\x59\x02\xee\x01" * 1000 + NOTE)),
        ["track 1 has 1000 impossible key signatures, which are passed over"],
    ),
    "7 flats and 7 sharps": (smf(track(b"\x00\xff\x59\x02\xf9\x01\x00\xff\x59\x02\x07\x00" + NOTE)), []),
    "time signature of two bytes": (
        smf(track(b"\x00\xff\x58\x02\x03\x02" + NOTE)),
        ["track 1 has 1 time signatures of a wrong length, which are passed over"],
    ),
    "SMPTE offset of an unknown rate": (
        smf(track(b"\x00\xff\x54\x05\xe1\x00\x00\x00\x00" + NOTE)),
        ["track 1 has 1 SMPTE offsets of an unknown frame rate, which are passed over"],
    ),
    "SMPTE offset of 23 hours of 30 frames": (smf(track(b"\x00\xff\x54\x05\x77\x00\x00\x00\x00" + NOTE)), []),
    "empty channel prefix": (
        smf(track(b"\x00\xff\x20\x00" + NOTE)),
        ["track 1 has 1 channel prefixes of a wrong length, which are passed over"],
    ),
    "sequence number of one byte": (
        smf(track(b"\x00\xff\x00\x01\x07" + NOTE)),
        ["track 1 has 1 sequence numbers of a wrong length, which are passed over"],
    ),
    "text in no encoding": (smf(track(b"\x00\xff\x01\x02\xff\xfe" + NOTE)), []),
    "tempo of two bytes": (
        smf(track(b"\x00\xff\x51\x02\x07\xa1" + NOTE)),
        ["track 1 has 1 tempo events of a wrong length, which are passed over"],
    ),
    "foreign chunk": (smf(chunk(b"XFIH", b"vendor"), track(), counted=1), []),
    "header of 8 bytes": (chunk(b"MThd", struct.pack(">HHHH", 1, 1, 480, 0)) + track(), []),
    "RIFF container": (riff(smf(track())), ["it is in a RIFF container"]),
    "length too long": (smf(track(size=50)), ["track 1 is shorter than its length says"]),
    "length too short": (smf(track(size=5)), ["track 1 is longer than its length says"]),
    "length 0": (smf(track(size=0)), ["track 1 is longer than its length says"]),
    "length too long before a track": (
        smf(track(size=len(NOTE + END) + 3), track(b"")),
        ["track 1 is shorter than its length says"],
    ),
    "no end of track": (smf(chunk(b"MTrk", NOTE), track(b"")), []),
    "no end of track and a wrong length": (
        smf(chunk(b"MTrk", NOTE, size=5), track(b"")),
        ["track 1 is longer than its length says"],
    ),
    "events after the end": (
        smf(chunk(b"MTrk", NOTE + END + NOTE)),
        ["track 1 has 8 bytes after its end, which are left out"],
    ),
    "too few tracks counted": (smf(track(), track(b""), counted=1), ["its header counts 1 tracks, it has 2"]),
    "too many tracks counted": (smf(track(), counted=3), ["its header counts 3 tracks, it has 1"]),
    "bytes between and after tracks": (
        smf(track(), b"\0\0\0", track(b""), b"\r\n", counted=2),
        ["3 bytes from byte 34 on belong to no chunk", "2 bytes from byte 49 on belong to no chunk"],
    ),
    "a track that ends in its header": (
        smf(track(), b"MTrk\0\0", counted=1),
        ["6 bytes from byte 34 on belong to no chunk"],
    ),
    "running status after a meta event": (smf(track(b"\x00\x90\x3c\x50\x00\xff\x05\x02la\x60\x3c\x00")), []),
    "running status after system exclusive": (
        smf(track(b"\x00\x90\x3c\x50\x00\xf0\x05\x7e\x7f\x09\x01\xf7\x60\x3c\x00")),
        ["track 1 has 1 system exclusive messages in the midst of a running status"],
    ),
    "realtime bytes": (smf(track(b"\x00\xf8\x00\x90\x3c\x50\x60\xfe\x00\x80\x3c\x00")), []),
    "data above 127": (
        smf(track(b"\x00\x90\x3c\x50\x60\x80\x3c\x00\x00\xa0\x3c\xff")),
        ["track 1 has 1 data bytes above 127, taken for 127"],
    ),
    "a number in more bytes than it needs": (smf(track(b"\x80\x80\x80\x80\x80\x00\x90\x3c\x50\x60\x80\x3c\x00")), []),
    "time passes at an unknown meta event": (smf(track(b"\x00\x90\x3c\x50\x30\xff\x60\x01\x00\x30\x80\x3c\x00")), []),
}


@pytest.mark.parametrize("name", PLAYED)
def test_what_players_play(name: str) -> None:
    data, oddities = PLAYED[name]
    midi = read_midi_tracks(data)
    # Released by a note-on of velocity 0 or by a note-off, which is the same.
    heard = [event if event.value else event._replace(kind=NOTE_OFF) for event in midi.tracks[0].events]
    assert heard == HEARD
    assert not any(track.events for track in midi.tracks[1:])
    assert midi.oddities == oddities


DAMAGED = {
    "header alone": (b"MThd", "it ends too early"),
    "short header": (b"MThd" + struct.pack(">L", 4) + bytes(20), "its header has 4 bytes, not 6"),
    "no track": (smf(chunk(b"ABCD", NOTE)), r"it has no track \(MTrk\)"),
    "cut in an event": (smf(chunk(b"MTrk", NOTE[:-1], size=30)), "it ends too early, in track 1"),
    "cut in a key": (smf(chunk(b"MTrk", b"\x00\xff\x59\x02", size=30)), "it ends too early, in track 1"),
    "cut in a text": (smf(chunk(b"MTrk", b"\x00\xff\x01\x7fabc", size=200)), "it ends too early, in track 1"),
    "data without an event": (smf(track(b"\x00\x3c\x50")), "track 1 begins with data of no event, at byte 23"),
    "undefined event": (smf(track(), track(b"\x00\xf4")), r"track 2 has an undefined event \(0xF4\) at byte 43"),
    "number of 200 kB": (smf(track(b"\x81" * 200_000)), "track 1 has a number beyond 268435455 at byte 22"),
    "tick beyond a float": (smf(track(b"\x84" + b"\x80" * 150 + b"\x00" + NOTE)), "number beyond 268435455"),
    "empty RIFF": (b"RIFF\x04\0\0\0RMID", "its RIFF container holds no MIDI file"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_makes_no_sense(name: str) -> None:
    data, message = DAMAGED[name]
    with pytest.raises(MidiBytesError, match=f"^is truncated or damaged: .*{message}"):
        read_midi_tracks(data)


def test_as_many_events_as_the_limit_and_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pianomime_core.midi_track_reader.MAX_EVENTS", 50)
    full = b"\x00\x90\x3c\x40" + b"\x00\x3c\x40" * 48
    assert len(read_midi_tracks(smf(track(full))).tracks[0].events) == 49
    with pytest.raises(MidiBytesError, match="has more events than the limit of 50"):
        read_midi_tracks(smf(track(full), track(b"\x00\xc0\x00")))


def test_memory_is_bound_by_the_size_of_the_file() -> None:
    data = smf(*[track(b"")] * 20_000, counted=20_000)
    tracemalloc.start()
    read_midi_tracks(data)
    assert tracemalloc.get_traced_memory()[1] < 50 * len(data)
    tracemalloc.stop()


def test_tempo_and_name_of_each_track() -> None:
    tracks = read_midi_tracks(
        smf(track(b"\x00\xff\x03\x05title"), track(b"\x10\xff\x51\x03\x06\x1a\x80\x00\xff\x03\x01a\x00\xff\x03\x01b"))
    ).tracks
    assert [(each.name, each.tempos) for each in tracks] == [("title", []), ("a", [(16, 400_000)])]


messages = st.one_of(
    st.builds(
        mido.Message,
        st.sampled_from(["note_on", "note_off"]),
        note=st.integers(0, 127),
        velocity=st.integers(0, 127),
        channel=st.integers(0, 15),
        time=st.integers(0, 70_000),
    ),
    st.builds(mido.Message, st.just("control_change"), control=st.integers(0, 127), value=st.integers(0, 127)),
    st.builds(mido.Message, st.sampled_from(["program_change", "pitchwheel", "aftertouch"]), time=st.integers(0, 300)),
    st.builds(mido.Message, st.just("sysex"), data=st.lists(st.integers(0, 127), max_size=200)),
    st.builds(mido.MetaMessage, st.just("set_tempo"), tempo=st.integers(1, 0xFFFFFF), time=st.integers(0, 300)),
    st.builds(mido.MetaMessage, st.sampled_from(["text", "time_signature", "key_signature", "sequencer_specific"])),
)


@settings(deadline=None)
@given(st.lists(st.lists(messages, max_size=30), min_size=1, max_size=4))
def test_mido_reads_the_same(tracks: list[list[mido.Message]]) -> None:
    file = io.BytesIO()
    mido.MidiFile(ticks_per_beat=96, tracks=[mido.MidiTrack(each) for each in tracks]).save(file=file)
    midi = read_midi_tracks(file.getvalue())
    assert (midi.type, midi.division, midi.oddities) == (1, 96, [])
    file.seek(0)
    for ours, theirs in zip(midi.tracks, mido.MidiFile(file=file).tracks, strict=True):
        tick, events, tempos = 0, [], []
        for message in theirs:
            tick += message.time
            if message.type in KINDS:
                events.append((tick, *message.bytes()))
            elif message.type == "set_tempo":
                tempos.append((tick, message.tempo))
        assert [
            (event.tick, event.kind | event.channel, event.number, event.value)[: 3 + (event.kind != PROGRAM_CHANGE)]
            for event in ours.events
        ] == events
        assert ours.tempos == tempos
