"""The sustain pedal from the MIDI file to the sound: only through the controller."""

from pathlib import Path

import mido
import numpy as np
import pytest
from performances import own_domain, play
from test_heard import PORT, Listener

from pianomime.episodes.episode import play_episode
from pianomime_core.midi_score import load_midi, save_midi
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll
from pianomime_core.rollout import Rollout
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.registry import make_controller

STEP_S = 0.05
PEDAL_S = ((1.2, True), (1.75, False), (2.0, True), (2.5, False))
"""On borders of steps: 24 to 34, 40 to 49."""


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """Five notes, the first long enough for a listener to connect; louder and louder."""
    pitches = (48, 60, 64, 67, 72)
    begins = (0.0, 1.2, 1.6, 2.0, 2.4)
    notes = tuple(
        Note(pitch, begin, begin + (1.0 if pitch == 48 else 0.3), 20 * (k + 1))
        for k, (pitch, begin) in enumerate(zip(pitches, begins, strict=True))
    )
    path = tmp_path / "pedal.mid"
    save_midi(Score(notes, PEDAL_S), path)
    return path


def written_pedal(path: Path) -> list[tuple[float, int]]:
    """Time [s] and value of every control 64 in a MIDI file."""
    now_s, found = 0.0, []
    for message in mido.MidiFile(path):
        now_s += message.time
        if message.type == "control_change" and message.control == 64:
            found.append((now_s, message.value))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("controller", ["streaming", "planner", "idle"])
def test_the_controller_presses_it_or_nobody_does(song: Path, tmp_path: Path, controller: str) -> None:
    files = ("--rollout", tmp_path / "x.npz", "--midi", tmp_path / "x.mid")
    done = play(own_domain(tmp_path), song, "--sync", "--controller", controller, *files)
    assert done.returncode == 0, done.stdout + done.stderr
    played, roll = Rollout.load(tmp_path / "x.npz"), piano_roll(load_midi(song))
    truth = play_episode(Simulator(), make_controller(controller, SceneConfig()), roll)
    for name in ("goal", "pressed", "targets", "goal_pedal", "pedal"):
        np.testing.assert_array_equal(getattr(played, name), getattr(truth, name))
    assert played.metadata["scores"] == truth.metadata["scores"]
    steps = np.arange(len(roll))
    wanted = ((steps >= 24) & (steps < 35)) | ((steps >= 40) & (steps < 50))
    assert played.goal_pedal.tolist() == wanted.tolist()
    presses = controller != "idle"
    assert played.pedal.tolist() == (wanted & presses).tolist()
    assert played.metadata["scores"]["pedal_f1"] == float(presses)
    assert "pedal F1" in done.stdout
    expected = [(time_s, 127 * down) for time_s, down in PEDAL_S] if presses else []
    found = written_pedal(tmp_path / "x.mid")
    assert [value for _, value in found] == [value for _, value in expected]
    assert [time_s for time_s, _ in found] == pytest.approx([time_s for time_s, _ in expected], abs=0.002)


@pytest.mark.slow
@pytest.mark.quiet_machine
@pytest.mark.parametrize("controller", ["streaming", "idle"])
@pytest.mark.usefixtures("midi_system")
def test_it_comes_out_of_the_port_if_it_was_pressed(song: Path, tmp_path: Path, controller: str) -> None:
    listener = Listener()
    try:
        files = ("--no-sound", "--virtual-midi-out", PORT, "--rollout", tmp_path / "x.npz")
        done = play(own_domain(tmp_path), song, "--controller", controller, *files)
    finally:
        listener.close()
    assert done.returncode == 0, done.stdout + done.stderr
    heard = [(now_s, data[2]) for now_s, data in listener.heard if data[:2] == [0xB0, 64]]
    pedal = Rollout.load(tmp_path / "x.npz").pedal
    moved = np.flatnonzero(np.diff(pedal.astype(int), prepend=0))
    assert [value for _, value in heard] == [127 * int(pedal[step]) for step in moved]
    if controller == "idle":
        assert not heard
        return
    assert [value for _, value in heard] == [127, 0, 127, 0]
    # In the rhythm of the song, as far as a busy machine keeps it.
    assert np.median(np.abs(np.diff([now_s for now_s, _ in heard]) - np.diff(moved) * STEP_S)) < STEP_S
