"""The graph as it is used: real processes over DDS, started by the command."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from performances import PATIENCE_S, Performance, own_domain, play, still_there
from quiet_machine import skip_if_busy

from pianomime.episodes.episode import play_episode
from pianomime.episodes.listener import Listener
from pianomime.files.models import model_folder
from pianomime.files.songs import bundled_songs
from pianomime.reports.heard import Heard
from pianomime_core.midi_score import load_midi, save_midi
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll
from pianomime_core.rollout import Rollout
from pianomime_core.setting import Setting
from pianomime_core.web import LOCALHOST
from pianomime_description.variant import SceneConfig
from pianomime_physics.observed_simulator import ObservedSimulator
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.registry import make_controller
from pianomime_sim.viewers.port import free_port

STEP_S = 0.05
SHUTDOWN_S = 3.0
NODES = ("sim_node", "policy_node", "midi_node")


@pytest.fixture(scope="module")
def environ(tmp_path_factory) -> dict[str, str]:
    return own_domain(tmp_path_factory.mktemp("runtime"))


@pytest.fixture(scope="module")
def song(tmp_path_factory) -> Path:
    """Five seconds for both hands: a scale against held thirds, not always on the beat, and a pedal that is changed
    within a step."""
    onsets_s = [0.5 * k + 0.013 * (k % 3) for k in range(10)]
    scale = zip((0, 2, 4, 5, 7, 9, 11, 12, 7, 0), onsets_s, strict=True)
    right = [Note(60 + pitch, onset_s, onset_s + 0.4, 80) for pitch, onset_s in scale]
    left = [Note(pitch, start, start + 0.9, 80) for start in range(5) for pitch in (40 + start, 43 + start)]
    path = tmp_path_factory.mktemp("songs") / "short song.mid"
    pedal = ((0.212, True), (2.006, False), (2.031, True), (3.3, False))
    save_midi(Score(notes=tuple(sorted(right + left, key=lambda note: note.onset_s)), sustain=pedal, title=""), path)
    return path


@pytest.fixture
def performance(environ):
    """With a controller that needs no time to prepare; every node is up and has its signal handlers."""
    started = Performance(environ, "twinkle", "--controller", "idle")
    started.wait_for("ready after")
    yield started
    started.kill()


NETWORKS = pytest.mark.skipif(not model_folder("onnx").is_dir(), reason="no bundled networks")


@pytest.mark.parametrize(
    ("controller", "setting"),
    [
        ("streaming", Setting.BENCHMARK),
        ("planner", Setting.BENCHMARK),
        pytest.param("onnx", Setting.BENCHMARK, marks=NETWORKS),
        ("streaming", Setting.MUSICAL),
        ("planner", Setting.MUSICAL),
        pytest.param("onnx", Setting.MUSICAL, marks=NETWORKS),
    ],
)
def test_sync_equals_the_episode_in_process(environ, song, tmp_path, controller, setting):
    file = tmp_path / "played.npz"
    files = ("--rollout", file, "--json", tmp_path / "played.json")
    done = play(environ, song, "--sync", "--controller", controller, "--setting", setting, *files)
    assert done.returncode == 0, done.stdout + done.stderr
    played = Rollout.load(file)
    scene = SceneConfig()
    player = make_controller(controller, scene, model_folder(controller), setting)
    written, listener = load_midi(song, rules=setting.reading), Listener()
    truth = play_episode(ObservedSimulator(listener.observe, scene), player, piano_roll(written))
    heard = json.loads((tmp_path / "played.json").read_text())["heard"]
    assert heard == Heard.of(written, truth, listener).as_dict()
    assert np.array_equal(played.goal, truth.goal)
    assert np.array_equal(played.initial_joint_positions, truth.initial_joint_positions)
    assert played.target_names == truth.target_names
    assert (played.rows_per_step > 1) == (setting is Setting.MUSICAL)
    assert played.dt == truth.dt
    assert np.array_equal(played.targets, truth.targets)
    assert np.array_equal(played.pressed, truth.pressed)
    assert np.array_equal(played.pedal, truth.pedal)
    assert np.array_equal(played.goal_pedal, truth.goal_pedal)
    assert played.pressed.any(), "a song without a pressed key proves nothing"
    assert played.metadata["scores"] == truth.metadata["scores"]
    assert played.metadata["missed_steps"] == []
    assert f"{truth.metadata['scores']['f1']:.4f}" in done.stdout


@pytest.mark.quiet_machine
def test_real_time_takes_the_time_of_the_song(environ, song, tmp_path):
    file = tmp_path / "played.npz"
    begin_s = time.monotonic()
    done = play(environ, song, "--real-time", "--controller", "streaming", "--rollout", file)
    took_s = time.monotonic() - begin_s
    assert done.returncode == 0, done.stdout + done.stderr
    played = Rollout.load(file)
    assert took_s >= len(played.goal) * STEP_S
    assert np.array_equal(played.goal, piano_roll(load_midi(song)).goal)
    assert played.pressed.shape == played.goal.shape
    assert played.metadata["sync"] is False
    assert "missed deadlines" in done.stdout
    late = len(played.metadata["missed_steps"])
    skip_if_busy(len(played.goal), late)
    truth = play_episode(Simulator(), make_controller("streaming", SceneConfig()), piano_roll(load_midi(song)))
    assert played.metadata["scores"]["f1"] >= truth.metadata["scores"]["f1"] - 0.01 - late / len(played.goal)


def test_the_song_waits_for_the_viewer(environ, song):
    port = free_port(LOCALHOST)
    done = play(environ, song, "--sync", "--controller", "idle", "--viewer", "browser", "--viewer-port", port)
    assert done.returncode == 0, done.stdout + done.stderr
    # The nodes' lines come by one pipe each, but between these two lies the discovery of one node by another.
    assert done.stdout.index(f"http://{LOCALHOST}:{port}") < done.stdout.index("the song begins")
    assert "begins without" not in done.stdout


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_performance(performance, number, code):
    nodes = performance.nodes(*NODES)
    performance.process.send_signal(number)
    ended, took_s, said = performance.end()
    assert ended == code
    assert took_s < SHUTDOWN_S
    assert "Traceback" not in said
    assert still_there(nodes.values()) == []


def test_nodes_do_not_outlive_a_killed_command(performance):
    nodes = performance.nodes(*NODES)
    performance.kill()
    deadline_s = time.monotonic() + SHUTDOWN_S
    while still_there(nodes.values()):
        assert time.monotonic() < deadline_s


def test_a_second_instance_is_refused(performance, environ):
    done = play(environ, "twinkle", "--controller", "idle")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"process {performance.process.pid}" in done.stderr
    assert performance.process.poll() is None, "the first one goes on"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("no_such_song.mid",), "no_such_song.mid"),
        (("twinkle", "--controller", "nobody"), "nobody"),
        (("twinkle", "--rollout", "no/such/folder/r.npz"), "no/such/folder"),
    ],
)
def test_bad_input_is_one_line(environ, arguments, words):
    done = play(environ, *arguments)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert words in done.stderr


@pytest.mark.parametrize(
    ("module", "parameters", "words"),
    [
        ("pianomime_sim.sim_node", ("stale_hold_s:=99.0",), ("stale_hold_s", "99", "10")),
        ("pianomime_sim.sim_node", ("variant:=three_hands",), ("three_hands", "pianomime, robopianist")),
        ("pianomime_sim.sim_node", ("rollout:=no/such/folder/r.npz",), ("no/such/folder",)),
        ("pianomime_policy.nodes.policy_node", ("controller:=nobody",), ("nobody", "planner, streaming")),
        ("pianomime_policy.nodes.policy_node", ("autostart:=7",), ("autostart", "7")),
        ("pianomime_midi.midi_node", ("midi:=no_such_song.mid",), ("no_such_song.mid",)),
        ("pianomime_midi.midi_node", ("midi:=x.mid", "horizon_steps:=0"), ("horizon_steps", "0", "400")),
        ("pianomime_midi.midi_node", ("horizon:=11",), ("'horizon'", "horizon_steps")),
        ("pianomime_midi.midi_node", ("mi di",), ("mi di",)),
    ],
)
def test_a_node_refuses_bad_parameters_in_one_line(environ, module, parameters, words):
    settings = [word for parameter in parameters for word in ("-p", parameter)]
    done = subprocess.run(
        [sys.executable, "-m", module, "--ros-args", *settings], env=environ, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    [line] = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert all(word in line for word in words)


def test_a_window_too_short_for_the_controller_is_refused(environ):
    """The node table is where play sets the horizon; the command has no option for it."""
    text = (
        "import json, sys; from pathlib import Path; from pianomime.commands.perform import PlayOptions, play\n"
        "from pianomime_core.errors import UserError\n"
        "try: play(PlayOptions(midi=Path(sys.argv[1]), horizon_steps=11))\n"
        "except UserError as error: print(json.dumps(str(error)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", text, str(bundled_songs()["twinkle"])],
        env=environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert "horizon_steps of midi_node is 11" in json.loads(done.stdout.splitlines()[-1])
