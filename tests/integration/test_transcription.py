"""The transcriber itself, on synthesized sound."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.transcription import GOAL_ONSET_F1, compare

from pianomime.files.songs import find_song
from pianomime_core.errors import UserError
from pianomime_core.midi_score import load_midi
from pianomime_core.notes import Note
from pianomime_perception.transcription import SAMPLE_RATE_HZ, transcribe
from pianomime_sim.sound.rendering import sound_of, write_wave
from pianomime_sim.sound.synth import PianoSynth

pytest.importorskip("transkun", reason="the transcriber is not installed: make transcribe")

EXCERPT_S = 10.0
SILENCE_S = 1.0


@pytest.mark.slow
def test_song_is_heard_again(tmp_path: Path) -> None:
    song = load_midi(find_song("minuet_in_g"))
    notes = tuple(
        Note(note.pitch, note.onset_s + SILENCE_S, note.offset_s + SILENCE_S, note.velocity)
        for note in song.notes
        if note.offset_s <= EXCERPT_S
    )
    played = replace(song, notes=notes)
    wave = tmp_path / "minuet.wav"
    write_wave(sound_of(played, PianoSynth(), played.end_s), wave)
    shares: list[float] = []
    heard = transcribe(wave, shares.append)
    result = compare(played, heard)
    assert result.onset_f1 >= GOAL_ONSET_F1
    assert result.offset_f1 >= 0.8
    assert heard.title == "minuet"
    assert heard.start_s == pytest.approx(SILENCE_S, abs=0.02)
    assert list(heard.notes) == sorted(heard.notes, key=lambda note: (note.onset_s, note.pitch))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.slow
@pytest.mark.parametrize("loudness", [0.0, 0.1])
def test_silence_and_noise_hold_no_note(tmp_path: Path, loudness: float) -> None:
    noise = np.random.default_rng(0).normal(0, loudness, (SAMPLE_RATE_HZ, 2)).astype(np.float32)
    wave = tmp_path / "noise.wav"
    write_wave(noise, wave)
    with pytest.raises(UserError, match=r"no note of a piano is heard in .*noise\.wav' \(1\.0 s\)"):
        transcribe(wave)
