"""A performance recorded and read again without ROS: the score can be computed from the recording."""

import signal
import time
from pathlib import Path

import numpy as np
import pytest
from performances import Performance, own_domain, play
from quiet_machine import skip_if_busy
from rosbags.highlevel import AnyReader

from pianomime.files.songs import read_song
from pianomime_core.hands import target_names
from pianomime_core.keyboard import KEY_NAMES, KEYBOARD
from pianomime_core.metrics import score
from pianomime_core.midi_score import save_midi
from pianomime_core.notes import Note, Score
from pianomime_core.rollout import Rollout

STEP_NS = 50_000_000
TOPICS = {
    *("/piano/song", "/piano/goal", "/piano/joint_states", "/piano/score"),
    *("/hands/start", "/hands/joint_states", "/hands/command"),
    *("/diagnostics", "/markers", "/robot_description", "/clock", "/rosout"),
}


@pytest.fixture
def environ(tmp_path) -> dict[str, str]:
    return own_domain(tmp_path)


@pytest.fixture
def song(tmp_path) -> Path:
    notes = tuple(Note(60 + 2 * k, 0.5 * k, 0.5 * k + 0.4, 80) for k in range(8))
    save_midi(Score(notes=notes, sustain=(), title=""), tmp_path / "scale.mid")
    return tmp_path / "scale.mid"


def read(recording: Path) -> dict[str, list]:
    """The messages of each topic."""
    heard: dict[str, list] = {}
    with AnyReader([recording]) as reader:
        for connection, _, data in reader.messages():
            heard.setdefault(connection.topic, []).append(reader.deserialize(data, connection.msgtype))
    return heard


def by_step(messages) -> dict[int, object]:
    stamps = [message.header.stamp for message in messages]
    return {(at.sec * 10**9 + at.nanosec) // STEP_NS: message for at, message in zip(stamps, messages, strict=True)}


@pytest.mark.slow
@pytest.mark.parametrize("pace", ["--sync", pytest.param("--real-time", marks=pytest.mark.quiet_machine)])
def test_the_score_can_be_computed_from_the_recording(environ, song, tmp_path, pace):
    record, file = tmp_path / "scale.mcap", tmp_path / "scale.npz"
    done = play(environ, song, pace, "--record", record, "--rollout", file)
    assert done.returncode == 0, done.stdout + done.stderr
    heard, played = read(record), Rollout.load(file)
    assert set(heard) >= TOPICS
    steps = len(played.goal)
    keys, windows = by_step(heard["/piano/joint_states"]), by_step(heard["/piano/goal"])
    assert set(keys) == set(range(steps + 1)), "every state is there, from the first on"
    assert list(keys[0].name) == [*KEY_NAMES, "sustain"]
    pressed = np.stack([KEYBOARD.pressed(keys[step + 1].position[:88]) for step in range(steps)])
    goal = np.zeros_like(pressed)
    for step in range(steps):
        if step in windows:  # who was late in real time may have passed one over; those before tell of it, too
            rows = np.stack([point.positions[:88] for point in windows[step].points])[: steps - step]
            goal[step : step + len(rows)] = rows > 0
    assert np.array_equal(goal, read_song(song).goal)
    assert np.array_equal(pressed, played.pressed)
    last = {pair.key: float(pair.value) for pair in heard["/piano/score"][-1].status[0].values}
    assert last["finished"] == 1
    assert score(goal, pressed).f1 == last["f1"] == played.metadata["scores"]["f1"]
    commands = by_step(heard["/hands/command"])
    order = [list(commands[0].joint_names).index(name) for name in target_names()]
    skip_if_busy(steps, len(played.metadata["missed_steps"]))
    answered = [step for step in range(steps) if step in commands and step not in played.metadata["missed_steps"]]
    assert len(answered) > steps // 2
    for step in answered:
        assert np.array_equal(commands[step].points[0].positions[order].astype(np.float32), played.targets[step])


def test_an_interrupted_recording_is_whole(environ, tmp_path):
    performance = Performance(environ, "twinkle", "--controller", "idle", "--record", tmp_path / "cut.mcap")
    try:
        performance.wait_for("the song begins")
        time.sleep(1.0)
        performance.process.send_signal(signal.SIGINT)
        code, _, said = performance.end()
    finally:
        performance.kill()
    assert code == 130, said
    assert len(read(tmp_path / "cut.mcap")["/hands/joint_states"]) > 1
