"""A keyboard that plays by itself, on a real MIDI port, to the real nodes: ALSA's sequencer, or JACK without sound."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from pianomime.episode import play_episode
from pianomime.models import model_folder
from pianomime.songs import bundled_songs
from pianomime_core.errors import UserError
from pianomime_core.goal_window import note_events
from pianomime_core.metrics import score
from pianomime_core.midi_ports import open_client
from pianomime_core.notes import load_midi
from pianomime_core.piano_roll import piano_roll
from pianomime_core.rollout import Rollout
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.registry import make_controller

PATIENCE_S = 240.0
"""The first planner on a machine compiles for a minute or so."""
CLIENT = "Scripted Piano"
READY = "the robot listens"


@pytest.fixture(scope="module", autouse=True)
def midi_system():
    """The machine's own MIDI system, or a JACK server of ours that needs neither sound card nor privileges."""
    with pytest.MonkeyPatch.context() as patch:
        if os.path.exists("/dev/snd/seq"):
            yield
            return
        if shutil.which("jackd") is None:
            pytest.skip("no MIDI ports here: neither ALSA's sequencer nor jackd (Debian package jackd2)")
        name = f"pianomime-{os.getpid()}"
        patch.setenv("JACK_DEFAULT_SERVER", name)
        server = subprocess.Popen(
            ["jackd", "--no-realtime", "-n", name, "-d", "dummy", "-r", "48000", "-p", "512"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            wait_for_server(server)
            yield
        finally:
            server.terminate()
            server.communicate(timeout=10)


def wait_for_server(server: subprocess.Popen) -> None:
    deadline_s = time.monotonic() + 20
    while True:
        try:
            open_client("MidiOut").delete()
            return
        except UserError as error:
            if server.poll() is not None or time.monotonic() > deadline_s:
                pytest.skip(f"jackd does not start here: {error}")
            time.sleep(0.1)


class Keyboard:
    """A MIDI keyboard: `unplug` it, make another of the same name to plug it in again."""

    def __init__(self, port: str = "keys", to: str = "") -> None:
        """`port`: Name of its port; with `to`, it is connected to a port of that name instead."""
        import rtmidi

        probe = open_client("MidiOut")
        self._out = rtmidi.MidiOut(probe.get_current_api(), name=CLIENT)
        probe.delete()
        if to:
            [index] = [index for index, name in enumerate(self._out.get_ports()) if to in name]
            self._out.open_port(index)
        else:
            self._out.open_virtual_port(port)

    def send(self, *data: int) -> None:
        self._out.send_message(data)

    def play(self, song: Path) -> None:
        """Play a song as it is written; returns when its last key is up."""
        begin_s = time.monotonic() + 0.1
        for event in note_events(load_midi(song)):
            time.sleep(max(begin_s + event.time_s - time.monotonic(), 0.0))
            if event.pitch is None:
                self.send(0xB0, 64, 127 * event.down)
            else:
                self.send(0x90, event.pitch, 80 * event.down)

    def unplug(self) -> None:
        self._out.delete()


@pytest.fixture
def keyboard():
    keyboard = Keyboard()
    yield keyboard
    keyboard.unplug()


@pytest.fixture(scope="module")
def environ(midi_system, tmp_path_factory) -> dict[str, str]:
    place = {"ROS_DOMAIN_ID": str(random.randint(1, 101)), "XDG_RUNTIME_DIR": str(tmp_path_factory.mktemp("runtime"))}
    return os.environ | place


class Session:
    """`pianomime live`, from its first word to the robot's last."""

    def __init__(self, environ, *arguments: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pianomime", "live", *map(str, arguments)],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""
        # A test that hangs would be told nothing by a blocking pipe.
        self._watch = threading.Timer(PATIENCE_S, self.process.kill)
        self._watch.start()

    def until(self, words: str) -> None:
        """Read on to the next line that has these words."""
        while True:
            line = self.process.stdout.readline()
            assert line, f"it ended before it said {words!r}: {self.said}"
            self.said += line
            if words in line:
                return

    def end(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        self.said += self.process.communicate()[0]
        return self.process.returncode

    def close(self) -> None:
        self._watch.cancel()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def session(environ):
    sessions = []

    def start(*arguments: object) -> Session:
        sessions.append(Session(environ, *arguments))
        return sessions[-1]

    yield start
    for each in sessions:
        each.close()


def music(played: Rollout) -> tuple[np.ndarray, np.ndarray]:
    """Goal and pressed keys from the first wanted row to the last."""
    rows = np.flatnonzero(played.goal.any(axis=1))
    span = slice(rows[0], rows[-1] + 1)
    return played.goal[span], played.pressed[span]


def test_the_same_music_as_a_file_gives_the_same_score(session, keyboard, tmp_path):
    song, file = bundled_songs()["twinkle"], tmp_path / "live.npz"
    live = session("--port", "scripted", "--rollout", file)
    live.until(READY)
    time.sleep(1.0)
    keyboard.play(song)
    time.sleep(2.5)  # the robot is 2 s behind
    assert live.end() == 0, live.said
    played = Rollout.load(file)
    goal, pressed = music(played)
    roll = piano_roll(load_midi(song))
    # A few keys may come late where the machine has other work; the song's own rows are what is heard all the same.
    heard = score(roll.goal[: len(goal)], goal[: len(roll)])
    assert heard.onset_f1 > 0.95
    assert heard.micro_f1 > 0.95
    truth = play_episode(Simulator(SceneConfig()), make_controller("onnx", SceneConfig(), model_folder("onnx")), roll)
    expected, found = score(truth.goal, truth.pressed), score(goal, pressed)
    # A busy machine misses steps, which is no fault of the music's way here.
    missed = len(played.metadata["missed_steps"]) / len(goal)
    assert found.f1 >= expected.f1 - 0.01 - missed, (found, expected, missed)
    assert found.onset_f1 >= expected.onset_f1 - 0.01 - missed
    # What is said at the end is the score of the music alone.
    assert f"{found.f1:.4f}" in live.said


def test_reactive_the_robot_plays_along(session, keyboard, tmp_path):
    file = tmp_path / "live.npz"
    live = session("--mode", "reactive", "--rollout", file)
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
    goal, pressed = music(Rollout.load(file))
    onsets = np.flatnonzero(np.diff(goal.sum(axis=1), prepend=0) > 0)
    assert [int(np.flatnonzero(goal[row])[0]) + 21 for row in onsets] == melody
    # While a key is held the robot gets there; how soon is measured by benchmarks.reactive_latency.
    reached = [pressed[row : row + 8, pitch - 21].any() for row, pitch in zip(onsets, melody, strict=True)]
    missed = len(Rollout.load(file).metadata["missed_steps"])
    assert sum(reached) >= len(melody) - 1 - missed // 8, (reached, missed)


def test_a_keyboard_that_is_unplugged_lets_go_and_is_heard_again(session, tmp_path):
    file = tmp_path / "live.npz"
    first = Keyboard()
    live = session("--port", CLIENT, "--controller", "idle", "--delay", "0.2", "--rollout", file)
    live.until(READY)
    for pitch in (60, 64, 67):
        first.send(0x90, pitch, 80)
    time.sleep(1.0)
    first.unplug()
    live.until("is gone")
    time.sleep(1.0)
    second = Keyboard()
    try:
        live.until("is back")
        second.send(0x90, 72, 80)
        time.sleep(0.5)
        second.send(0x80, 72, 0)
        time.sleep(1.0)
        assert live.end() == 0, live.said
    finally:
        second.unplug()
    assert live.said.count("is gone") == live.said.count("is back") == 1
    assert "F1" in live.said
    goal, _ = music(Rollout.load(file))
    keys = [set((np.flatnonzero(row) + 21).tolist()) for row in goal]
    assert keys[0] == {60, 64, 67}
    assert keys[-1] == {72}
    silent = [row for row, down in enumerate(keys) if not down]
    assert silent, "the chord is let go when the keyboard is gone, before the next note"
    assert all(down == {60, 64, 67} for down in keys[: silent[0]])
    assert all(down == {72} for down in keys[silent[-1] + 1 :])
    # 1 s before it was pulled, 1 s at most to find out: the chord is no longer than that by much.
    assert silent == list(range(silent[0], silent[-1] + 1))


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


def live_node_of(parent: int) -> int:
    """The process of the session's live_node."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            status = (process / "stat").read_text().rsplit(")", 1)[1].split()
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if int(status[1]) == parent and "pianomime_policy.live_node" in words:
            return int(process.name)
    raise AssertionError("no live_node runs")


def test_a_killed_live_node_comes_back_and_the_session_goes_on(session, keyboard, tmp_path):
    file = tmp_path / "live.npz"
    live = session("--port", "keys", "--controller", "idle", "--rollout", file)
    live.until(READY)
    keyboard.send(0x90, 60, 80)
    time.sleep(1.0)
    os.kill(live_node_of(live.process.pid), signal.SIGKILL)
    live.until("started again")
    live.until(READY)
    keyboard.send(0x90, 72, 80)
    time.sleep(1.0)
    assert live.end() == 0, live.said
    goal, _ = music(Rollout.load(file))
    keys = [(np.flatnonzero(row) + 21).tolist() for row in goal]
    assert keys[0] == [60]
    assert [] in keys, "a keyboard that nobody hears holds nothing for long"
    assert keys[-1] == [72]


def test_a_session_without_a_note_has_no_score(session, keyboard):
    live = session("--port", "keys", "--controller", "idle")
    live.until(READY)
    assert live.end() == 0, live.said
    assert "nothing was played" in live.said


def run(environ, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pianomime", "live", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=PATIENCE_S)


def test_the_ports_are_listed(environ, keyboard):
    done = run(environ, "--list")
    assert done.returncode == 0
    assert f"{CLIENT}:keys" in done.stdout


def test_an_unknown_port_is_refused_with_the_list(environ, keyboard):
    done = run(environ, "--port", "harp")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "unknown MIDI port 'harp'" in done.stderr
    assert f"{CLIENT}:keys" in done.stderr


def test_the_node_alone_refuses_it_too(environ, keyboard):
    command = [sys.executable, "-m", "pianomime_policy.live_node", "--ros-args", "-p", "port:=harp"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 2
    [line] = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "unknown MIDI port 'harp'" in line


def test_without_a_midi_system_it_says_what_to_do(environ):
    if os.path.exists("/dev/snd/seq"):
        pytest.skip("ALSA's sequencer cannot be taken away from here")
    done = run(environ | {"JACK_DEFAULT_SERVER": "nobody"}, "--list")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "modprobe snd-seq" in done.stderr
    assert "jackd" in done.stderr
