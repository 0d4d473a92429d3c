"""A piano from a soundfont: pitch and loudness as struck, and clear errors for invalid soundfonts."""

from pathlib import Path

import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_sim.sound.synth import SAMPLE_RATE_HZ, PianoSynth, bundled_soundfont


def struck(pitch: int, velocity: int) -> np.ndarray:
    synth = PianoSynth()
    synth.press(pitch, velocity)
    return synth.samples(SAMPLE_RATE_HZ)


def test_a_key_sounds_at_its_pitch():
    sound = struck(69, 100)
    assert sound.shape == (SAMPLE_RATE_HZ, 2)
    spectrum = np.abs(np.fft.rfft(sound[:, 0]))  # one second: 1 Hz apart
    assert abs(int(np.argmax(spectrum[:600])) - 440) <= 2


def test_harder_is_louder():
    loudness = [float(np.abs(struck(60, velocity)).max()) for velocity in (30, 60, 90, 120)]
    assert loudness == sorted(loudness)
    assert loudness[-1] > 4 * loudness[0]
    assert loudness[-1] < 0.5


def test_a_key_let_go_falls_silent():
    synth = PianoSynth()
    assert not synth.samples(1000).any()
    synth.press(60, 100)
    loud = float(np.abs(synth.samples(SAMPLE_RATE_HZ // 2)).max())
    synth.release(60)
    synth.samples(SAMPLE_RATE_HZ)
    assert float(np.abs(synth.samples(SAMPLE_RATE_HZ // 2)).max()) < 0.01 * loud


def loudness(synth: PianoSynth, seconds: float = 0.5) -> float:
    return float(np.abs(synth.samples(round(seconds * SAMPLE_RATE_HZ))).max())


def test_while_the_pedal_is_down_a_key_let_go_sounds_on_as_if_held():
    held, pedalled = PianoSynth(), PianoSynth()
    pedalled.pedal(True)
    for synth in (held, pedalled):
        synth.press(60, 100)
        loudness(synth)
    pedalled.release(60)
    assert loudness(pedalled) == loudness(held)
    pedalled.pedal(False)
    held.release(60)
    assert loudness(pedalled) == loudness(held)
    assert loudness(pedalled) < 0.01


def test_the_pedal_holds_no_key_that_is_pressed_and_coming_up_lets_go_of_no_such_key():
    synth = PianoSynth()
    synth.pedal(True)
    synth.press(60, 100)
    loudness(synth)
    synth.pedal(False)
    assert loudness(synth) > 0.05
    synth.release(60)
    loudness(synth, 1.0)
    assert loudness(synth) < 0.01


def test_a_key_struck_again_under_the_pedal_is_silent_when_it_comes_up():
    synth = PianoSynth()
    synth.pedal(True)
    for _ in range(3):
        synth.press(60, 100)
        assert loudness(synth, 0.2) > 0.05
        synth.release(60)
    synth.pedal(False)
    loudness(synth, 1.0)
    assert loudness(synth) < 0.01


def test_no_soundfont_is_said_in_one_line(tmp_path: Path):
    whole = bundled_soundfont().read_bytes()
    contents = {
        "empty": (b"", "not a soundfont"),
        "text": (b"la la la " * 100, "not a soundfont"),
        "half": (whole[: len(whole) // 2], f"truncated: {len(whole) // 2} of {len(whole)} bytes"),
        "damaged": (whole.replace(b"phdr", b"xxxx"), "damaged"),
    }
    for name, (content, reason) in contents.items():
        path = tmp_path / f"{name}.sf2"
        path.write_bytes(content)
        with pytest.raises(UserError, match=f"{name}.sf2' is .*{reason}"):
            PianoSynth(path)
    for missing in (tmp_path / "missing.sf2", tmp_path):
        with pytest.raises(UserError, match=r"does not exist: want a .sf2 or .sf3 file"):
            PianoSynth(missing)
