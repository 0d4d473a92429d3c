"""`pianomime sound`: the robot's own notes, in a MIDI file and in a WAV file."""

import wave
from dataclasses import replace
from pathlib import Path

import mido
import numpy as np
from command_examples import Command

from pianomime_core.rollout import Rollout


def test_the_midi_file_holds_what_was_pressed(recorded: Path, pianomime: Command, tmp_path: Path) -> None:
    result = pianomime("sound", recorded, "--out", tmp_path / "x.mid")
    assert (result.code, result.err) == (0, "")
    assert "3 notes" in result.out
    now, struck = 0.0, []
    for message in mido.MidiFile(tmp_path / "x.mid"):
        now += message.time
        if message.type == "note_on" and message.velocity:
            struck.append((now, message.note))
    pressed = Rollout.load(recorded).pressed
    assert [pitch for _, pitch in struck] == [60, 64, 67]
    for now, pitch in struck:
        row = int(np.argmax(pressed[:, pitch - 21]))
        assert row * 0.05 < now <= (row + 1) * 0.05 + 0.001


def test_the_wav_file_sounds_when_the_first_key_is_down(recorded: Path, pianomime: Command, tmp_path: Path) -> None:
    assert pianomime("sound", recorded, "--out", tmp_path / "x.wav").code == 0
    with wave.open(str(tmp_path / "x.wav")) as file:
        rate = file.getframerate()
        sound = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    pressed = Rollout.load(recorded).pressed
    first_row = int(np.argmax(pressed.any(axis=1)))
    assert len(sound) / rate > len(pressed) * 0.05
    first_s = float(np.argmax(np.abs(sound[:, 0].astype(int)) > 30)) / rate
    assert first_row * 0.05 < first_s < (first_row + 1) * 0.05 + 0.01
    assert np.abs(sound.astype(int)).max() > 1000


def test_soundfonts_are_checked(recorded: Path, pianomime: Command, tmp_path: Path) -> None:
    (tmp_path / "bad.sf2").write_text("la la la")
    out = ("--out", tmp_path / "x.wav", "--soundfont")
    pianomime("sound", recorded, *out, tmp_path / "bad.sf2").refuses("bad.sf2", "not a soundfont")
    pianomime("sound", recorded, *out, tmp_path / "none.sf2").refuses("none.sf2", "does not exist")
    pianomime("sound", recorded, "--out", tmp_path / "x.mid", "--soundfont", "x.sf2").refuses("--soundfont", ".wav")


def test_the_pedal_stands_in_the_midi_file_and_is_heard(recorded: Path, pianomime: Command, tmp_path: Path) -> None:
    rollout = Rollout.load(recorded)
    loudness = {}
    for name, pedal in (("dry", False), ("wet", True)):
        replace(rollout, pedal=np.full(len(rollout.pressed), pedal)).save(tmp_path / f"{name}.npz")
        for suffix in (".mid", ".wav"):
            assert pianomime("sound", tmp_path / f"{name}.npz", "--out", tmp_path / f"{name}{suffix}").code == 0
        with wave.open(str(tmp_path / f"{name}.wav")) as file:
            sound = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
        # Middle C is let go after .4 s: is it there in the last quarter of a second of the song?
        end = round(len(rollout.pressed) * 0.05 * 44_100)
        spectrum = np.abs(np.fft.rfft(sound[end - 11_025 : end, 0] * np.hanning(11_025)))  # 4 Hz apart
        loudness[name] = spectrum[64:68].max()
    assert loudness["wet"] > 5 * loudness["dry"]
    controls = {
        name: [
            (message.control, message.value)
            for message in mido.MidiFile(tmp_path / f"{name}.mid")
            if message.type == "control_change"
        ]
        for name in loudness
    }
    assert controls == {"dry": [], "wet": [(64, 127), (64, 0)]}
