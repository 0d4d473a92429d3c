"""Notes as sound: each begins at its sample, and the WAV file agrees."""

import wave
from pathlib import Path

import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_core.notes import Note, Score
from pianomime_sim.sound.rendering import TAIL_S, sound_of, write_wave
from pianomime_sim.sound.synth import SAMPLE_RATE_HZ, PianoSynth


def test_a_note_begins_at_its_sample():
    sound = sound_of(Score((Note(60, 0.5, 1.0, 100),)), PianoSynth(), duration_s=1.0)
    assert sound.shape == (round((1.0 + TAIL_S) * SAMPLE_RATE_HZ), 2)
    first = int(np.flatnonzero(np.abs(sound).max(axis=1) > 1e-4)[0])
    assert 0 <= first - SAMPLE_RATE_HZ // 2 < 0.005 * SAMPLE_RATE_HZ


def test_a_key_struck_again_at_once_is_heard_again():
    once = Score((Note(60, 0.0, 1.0, 100),))
    twice = Score((Note(60, 0.0, 0.5, 100), Note(60, 0.5, 1.0, 100)))
    window = slice(SAMPLE_RATE_HZ // 2, SAMPLE_RATE_HZ // 2 + 4000)
    energy = [float((sound_of(score, PianoSynth(), 1.0)[window] ** 2).sum()) for score in (once, twice)]
    assert energy[1] > 2 * energy[0]


def test_notes_sound_on_while_the_pedal_is_down():
    note = Note(60, 0.0, 0.2, 100)
    dry, wet, released, long = (
        sound_of(score, PianoSynth(), 1.0)
        for score in (
            Score((note,)),
            Score((note,), sustain=((0.1, True), (0.8, False))),
            Score((note,), sustain=((0.0, True), (0.1, False))),
            Score((Note(60, 0.0, 0.8, 100),)),
        )
    )
    # Where the synthesizer is asked for samples in other pieces, its last digits differ.
    np.testing.assert_allclose(wet, long, atol=1e-4)
    np.testing.assert_allclose(released, dry, atol=1e-4)
    late = slice(round(0.6 * SAMPLE_RATE_HZ), round(0.8 * SAMPLE_RATE_HZ))
    assert np.abs(wet[late]).max() > 10 * np.abs(dry[late]).max()


def test_no_notes_are_silence():
    assert not sound_of(Score(()), PianoSynth(), duration_s=0.5).any()


def test_all_keys_at_once_do_not_exceed_full_scale():
    score = Score(tuple(Note(pitch, 0.0, 0.5, 127) for pitch in range(21, 109)))
    assert float(np.abs(sound_of(score, PianoSynth(), duration_s=0.5)).max()) == pytest.approx(1.0)


def test_the_file_holds_the_sound(tmp_path: Path):
    sound = np.array([[0.0, 0.5], [-1.0, 1.0], [-0.25, 2.0]], dtype=np.float32)
    write_wave(sound, tmp_path / "x.wav")
    with wave.open(str(tmp_path / "x.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, SAMPLE_RATE_HZ)
        samples = np.frombuffer(file.readframes(3), dtype="<i2").reshape(3, 2)
    np.testing.assert_array_equal(samples, [[0, 16384], [-32767, 32767], [-8192, 32767]])


def test_a_file_that_cannot_be_written(tmp_path: Path):
    with pytest.raises(UserError, match=r"'.*nowhere/x.wav' cannot be written: No such file"):
        write_wave(np.zeros((1, 2), dtype=np.float32), tmp_path / "nowhere" / "x.wav")
