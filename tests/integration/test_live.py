"""A scripted keyboard on a real MIDI port, with the real nodes: ALSA's sequencer, or JACK without sound."""

import json
import time

import numpy as np
import pytest
from benchmarks.scripted_keyboard import Keyboard
from live_sessions import READY, music
from quiet_machine import skip_if_busy

from pianomime.episodes.episode import play_episode
from pianomime.files.models import model_folder
from pianomime.files.songs import bundled_songs
from pianomime_core.metrics import score
from pianomime_core.midi_score import load_midi
from pianomime_core.piano_roll import piano_roll
from pianomime_core.rollout import Rollout
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.registry import make_controller


def _rows_at_edges(goal: np.ndarray) -> np.ndarray:
    """The last row before each change of a key, and the first one after it (T, 88)."""
    changes = np.diff(goal, axis=0)
    at_edges = np.zeros_like(goal)
    at_edges[:-1] |= changes
    at_edges[1:] |= changes
    return at_edges


@pytest.mark.slow
@pytest.mark.quiet_machine
def test_the_same_music_as_a_file_gives_the_same_score(session, keyboard, tmp_path):
    song, file = bundled_songs()["twinkle"], tmp_path / "live.npz"
    live = session("--port", "scripted", "--rollout", file)
    live.until(READY)
    time.sleep(1.0)
    keyboard.play(load_midi(song))
    time.sleep(2.5)  # the robot is 2 s behind
    assert live.end() == 0, live.said
    played = Rollout.load(file)
    goal, pressed = music(played)
    missed = len(played.metadata["missed_steps"])
    skip_if_busy(len(played.goal), missed)
    roll = piano_roll(load_midi(song))
    # A few keys may come late where the machine has other work; the song's own rows are what is heard all the same.
    steps = min(len(roll), len(goal))
    written, heard = roll.goal[:steps], goal[:steps]
    assert score(written, heard).onset_f1 > 0.95
    # The song's notes begin and end where rows meet: a millisecond of the port moves an edge by a row.
    elsewhere = (written != heard) & ~_rows_at_edges(written)
    assert elsewhere.sum() < 0.01 * written.sum()
    truth = play_episode(Simulator(SceneConfig()), make_controller("onnx", SceneConfig(), model_folder("onnx")), roll)
    expected, found = score(truth.goal, truth.pressed), score(goal, pressed)
    # A missed step is no fault of the music's way here; there are few.
    late = missed / len(goal)
    assert found.f1 >= expected.f1 - 0.01 - late, (found, expected, late)
    assert found.onset_f1 >= expected.onset_f1 - 0.01 - late
    # What is said at the end is the score of the music alone.
    assert f"{found.f1:.4f}" in live.said


@pytest.mark.slow
@pytest.mark.quiet_machine
def test_notes_are_played_as_they_come_in_the_musical_setting(session, keyboard, tmp_path):
    """Nothing is moved to the border of a row: rows differ by the jitter of the port, and notes do not."""
    song, file = bundled_songs()["twinkle"], tmp_path / "live.npz"
    live = session("--port", "scripted", "--rollout", file, "--setting", "musical")
    live.until(READY)
    time.sleep(1.0)
    keyboard.play(load_midi(song))
    time.sleep(2.5)
    assert live.end() == 0, live.said
    played = Rollout.load(file)
    goal, pressed = music(played)
    assert played.rows_per_step == 5
    roll = piano_roll(load_midi(song))
    assert score(roll.goal[: len(goal)], goal[: len(roll)]).onset_f1 > 0.95
    found = score(goal, pressed)
    assert f"{found.f1:.4f}" in live.said
    skip_if_busy(len(played.frames().goal), len(played.metadata["missed_steps"]))
    assert found.onset_f1 > 0.9


@pytest.mark.quiet_machine
@pytest.mark.parametrize("alone", [(), ("--no-ros",)])
def test_reactive_the_robot_plays_along(session, keyboard, tmp_path, alone):
    file = tmp_path / "live.npz"
    result = tmp_path / "live.json"
    live = session("--mode", "reactive", "--rollout", file, "--json", result, *alone)
    live.until(READY)
    time.sleep(1.0)
    melody = [60, 62, 64, 65, 67, 65, 64, 62, 60]
    for pitch in melody:
        keyboard.send(0x90, pitch, 80)
        time.sleep(0.4)
        keyboard.send(0x80, pitch, 0)
        time.sleep(0.1)
    time.sleep(0.5)
    assert live.end() == 0, live.said
    assert "live, 0 s later, reactive" in live.said
    found = json.loads(result.read_text())
    assert (found["delay_s"], found["controller"]) == (0.0, "reactive")
    assert found.items() >= Rollout.load(file).metadata["scores"].items()
    played = Rollout.load(file)
    skip_if_busy(
        len(played.goal), len(played.metadata.get("missed_steps", ()))
    )  # in one process none is: it plays late
    goal, pressed = music(played)
    onsets = np.flatnonzero(np.diff(goal.sum(axis=1), prepend=0) > 0)
    assert [int(np.flatnonzero(goal[row])[0]) + 21 for row in onsets] == melody
    # While a key is held the robot gets there; how soon is measured by benchmarks.reactive_latency.
    reached = [pressed[row : row + 8, pitch - 21].any() for row, pitch in zip(onsets, melody, strict=True)]
    assert sum(reached) >= len(melody) - 1, reached


def test_a_virtual_port_is_played_by_another_program(session, tmp_path):
    file = tmp_path / "live.npz"
    live = session(
        "--virtual", "robot", "--controller", "idle", "--transpose", "12", "--channel", "2", "--rollout", file
    )
    live.until(READY)
    keyboard = Keyboard(to="robot")
    try:
        keyboard.send(0x90, 60, 80)  # channel 1 is not heard
        keyboard.send(0x91, 62, 80)
        time.sleep(0.5)
        keyboard.send(0xB1, 123, 0)  # all notes off
        keyboard.send(0x91, 100, 80)  # an octave above is outside the piano
        live.until("outside the 88 keys (pitch 112")
    finally:
        keyboard.unplug()
    assert live.end() == 0, live.said
    goal, _ = music(Rollout.load(file))
    assert set((np.flatnonzero(goal.any(axis=0)) + 21).tolist()) == {74}
    assert "0 s later, idle" in live.said


def test_a_session_without_a_note_has_no_score(session, keyboard):
    live = session("--port", "keys", "--controller", "idle")
    live.until(READY)
    assert live.end() == 0, live.said
    assert "nothing was played" in live.said
