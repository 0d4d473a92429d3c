"""`pianomime transcribe`, except the network: see tests/integration/test_transcription.py."""

import json
import sys
import wave
from pathlib import Path

import pytest
from command_examples import Command

from pianomime_core.errors import UserError
from pianomime_core.midi_score import load_midi
from pianomime_core.notes import Note, Score
from pianomime_perception import transcription

HEARD = Score((Note(60, 0.5, 1.0, 90), Note(64, 1.0, 1.5, 50)), ((0.5, True), (1.25, False)))


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "recording.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(44_100)
        out.writeframes(bytes(2 * 44_100))
    return path


def test_notes_and_pedal_become_a_file(
    pianomime: Command, recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcription, "transcribe", lambda path, progress: HEARD)
    out = tmp_path / "song.mid"
    out.write_text("older")
    result = pianomime("transcribe", recording, "--out", out)
    assert (result.code, result.err) == (0, "")
    assert result.out == f"{out}: 2 notes from 0.5 s to 1.5 s, pedal pressed 1 times\n"
    written = load_midi(out)
    assert (written.notes, written.sustain) == (HEARD.notes, HEARD.sustain)


def test_json_has_the_numbers(
    pianomime: Command, recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcription, "transcribe", lambda path, progress: HEARD)
    result = pianomime("transcribe", recording, "--out", tmp_path / "song.mid", "--json", "-")
    assert json.loads(result.out) == {"notes": 2, "start_s": 0.5, "end_s": 1.5, "pedal_presses": 1}


def test_older_file_stays_where_nothing_is_heard(
    pianomime: Command, recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deaf(path: Path, progress: object) -> Score:
        raise UserError(f"no note of a piano is heard in {str(path)!r}")

    monkeypatch.setattr(transcription, "transcribe", deaf)
    out = tmp_path / "song.mid"
    out.write_text("older")
    pianomime("transcribe", recording, "--out", out).refuses("no note", "recording.wav")
    assert out.read_text() == "older"


def test_without_the_transcriber(
    pianomime: Command, recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("transkun.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "transkun", None)  # so that it cannot be imported
    pianomime("transcribe", recording, "--out", tmp_path / "song.mid").refuses("make transcribe")


def test_what_is_wrong_is_told_in_one_line(pianomime: Command, recording: Path, tmp_path: Path) -> None:
    pianomime("transcribe", recording, "--out", tmp_path / "song.wav").refuses("song.wav", ".mid")
    pianomime("transcribe", recording, "--out", tmp_path / "none" / "song.mid").refuses("no folder")
    pianomime("transcribe", tmp_path / "none.mp4", "--out", tmp_path / "song.mid").refuses("none.mp4", "does not exist")
    pianomime("transcribe", recording).refuses("--out")
