"""Bad MIDI files are refused in one line, whatever is wrong with them; ticks become seconds by the tempo map."""

import os
import struct
from contextlib import suppress
from pathlib import Path

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pianomime_core.errors import UserError
from pianomime_core.midi import MAX_FILE_BYTES, TempoMap, read_midi_file
from pianomime_core.midi_score import load_midi
from pianomime_core.midi_tracks import MidiTracks


def smf(*tracks: bytes, kind: int = 1, division: int = 480) -> bytes:
    """A standard MIDI file, byte by byte."""
    header = b"MThd" + struct.pack(">LHHH", 6, kind, len(tracks), division)
    return header + b"".join(b"MTrk" + struct.pack(">L", len(track)) + track for track in tracks)


END = b"\x00\xff\x2f\x00"
A_NOTE = b"\x00\x90\x3c\x40" + b"\x60\x80\x3c\x00" + END
TEMPO_ZERO = b"\x00\xff\x51\x03\x00\x00\x00"

BAD_FILES = {
    "empty": (b"", "is empty"),
    "text": (b"this is no music at all", "is not a MIDI file: it does not begin with the bytes MThd"),
    "header only": (b"MThd", "truncated or damaged: it ends too early"),
    "truncated": (smf(A_NOTE)[:-6], "truncated or damaged: it ends too early"),
    "no track header": (smf(A_NOTE).replace(b"MTrk", b"ABCD"), "truncated or damaged"),
    "type 2": (smf(A_NOTE, kind=2), "has type 2: only types 0 and 1"),
    "SMPTE": (smf(A_NOTE, division=0xE728), "SMPTE"),
    "division 0": (smf(A_NOTE, division=0), "ticks per beat"),
    "tempo 0": (smf(TEMPO_ZERO + A_NOTE), "tempo of 0"),
    "no tracks": (smf(), "no note at all"),
    "no notes": (smf(END), "no note at all"),
    "drums only": (
        smf(A_NOTE.replace(b"\x90", b"\x99").replace(b"\x80", b"\x89")),
        "1 drum notes (channel 10): it needs",
    ),
    "out of range": (smf(A_NOTE.replace(b"\x3c", b"\x14")), "1 outside the 88 keys (pitches 21..108)"),
    "zero length": (smf(A_NOTE.replace(b"\x60", b"\x00")), "1 of zero length or without end"),
    "never ends": (smf(b"\x00\x90\x3c\x40" + END), "1 of zero length or without end"),
    # 10 hours are 34 560 000 ticks of 1/960 s.
    "10 hours": (smf(A_NOTE.replace(b"\x60", b"\x90\xbd\xb0\x00")), "lasts 600 minutes: the limit is 30"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    content, message = BAD_FILES[name]
    path = tmp_path / "bad.mid"
    path.write_bytes(content)
    with pytest.raises(UserError) as error:
        load_midi(path)
    assert message in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_missing_folder_and_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="does not exist"):
        load_midi(tmp_path / "missing.mid")
    with pytest.raises(UserError, match="is not a file"):
        load_midi(tmp_path)
    fifo = tmp_path / "pipe.mid"
    os.mkfifo(fifo)
    with pytest.raises(UserError, match="is not a file"):
        load_midi(fifo)
    path = tmp_path / "secret.mid"
    path.write_bytes(smf(A_NOTE))

    def refuse(*_: object) -> None:  # file modes do not bind root
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UserError, match="cannot be read: Permission denied"):
        load_midi(path)


def test_too_large_a_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.mid"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(UserError, match=f"the limit is {MAX_FILE_BYTES}"):
        load_midi(path)


@settings(deadline=None)
@given(st.binary(max_size=120))
def test_random_bytes_give_a_score_or_a_user_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "random.mid"
    for content in (data, smf(data), smf(data + END), smf(A_NOTE)[: len(data)] + data):
        path.write_bytes(content)
        with suppress(UserError):
            assert load_midi(path).notes


def test_seconds_of_a_tick(tmp_path: Path) -> None:
    track = mido.MidiTrack(
        [
            mido.MetaMessage("set_tempo", tempo=1_000_000, time=0),
            mido.MetaMessage("set_tempo", tempo=250_000, time=100),
            mido.Message("note_on", note=60, time=100),
        ]
    )
    path = tmp_path / "tempo.mid"
    mido.MidiFile(ticks_per_beat=100, tracks=[track]).save(str(path))
    seconds = TempoMap(read_midi_file(path)).seconds
    # 1 s a beat of 100 ticks, then a quarter of it.
    assert [seconds(tick) for tick in (0, 50, 100, 200)] == pytest.approx([0.0, 0.5, 1.0, 1.25])


def test_default_tempo_is_120_beats_per_minute() -> None:
    assert TempoMap(MidiTracks(type=1, division=480)).seconds(960) == pytest.approx(1.0)
