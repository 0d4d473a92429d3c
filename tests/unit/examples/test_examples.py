"""Every example runs as its first lines say, on a second of music, and prints what it promises."""

import json
import re
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rosbags.interfaces import Qos, QosDurability, QosHistory, QosLiveliness, QosReliability, QosTime
from rosbags.typesys import Stores, get_typestore

import pianomime as pm
from pianomime_core import KEYBOARD, save_midi

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
FOREVER = QosTime(2147483647, 4294967295)
QOS = Qos(
    QosHistory.KEEP_LAST, 1, QosReliability.RELIABLE, QosDurability.VOLATILE, FOREVER, FOREVER, QosLiveliness.AUTOMATIC,
    FOREVER, False,
)  # fmt: skip
Run = Callable[..., str]


@pytest.fixture
def tune(tmp_path) -> Path:
    """Three notes in 1.2 s."""
    save_midi(pm.Score(tuple(pm.Note(60 + 2 * k, 0.4 * k, 0.4 * k + 0.35) for k in range(3))), tmp_path / "tune.mid")
    return tmp_path / "tune.mid"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys) -> Run:
    """Run an example in an empty folder and return what it prints."""
    monkeypatch.chdir(tmp_path)

    def run_example(name: str, *arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
        return capsys.readouterr().out

    return run_example


def number(pattern: str, printed: str) -> float:
    return float(re.search(pattern, printed)[1])


def test_every_example_is_tested_and_listed():
    files = {file.name for file in EXAMPLES.iterdir() if file.suffix in (".py", ".ipynb")}
    tested, listed = Path(__file__).read_text(), (EXAMPLES / "README.md").read_text()
    assert {name for name in files if f'"{name}"' not in tested or f"({name})" not in listed} == set()
    for file in EXAMPLES.glob("*.py"):
        assert len(file.read_text().splitlines()) <= 60


def test_play_and_plot(run, tune):
    printed = run("play_and_plot.py", tune, "tune.png")
    assert number(r"recall [\d.]+, F1 ([\d.]+)", printed) > 0.9
    assert Path("tune.png").read_bytes().startswith(b"\x89PNG")
    assert pm.Rollout.load("tune.npz").goal.shape[1] == 88


def test_own_controller(run, tune):
    printed = run("own_controller.py", tune)
    assert number(r"one finger: F1 ([\d.]+)", printed) > number(r"no finger:  F1 ([\d.]+)", printed)


def test_gymnasium_rollout(run, tune):
    printed = run("gymnasium_rollout.py", tune)
    returns = [float(each) for each in re.findall(r"return ([\d.]+)", printed)]
    assert len(returns) == 3
    assert returns[0] > 0
    assert Path("shaken.npz").is_file()


def test_refine_a_bar(run, tune):
    printed = run("refine_a_bar.py", tune, 1)
    assert number(r"refined F1 ([\d.]+)", printed) >= number(r"planner F1 ([\d.]+)", printed) - 0.01


def test_perceive_demonstration(run, tune, monkeypatch):
    with pytest.raises(SystemExit, match="usage"):
        run("perceive_demonstration.py")
    with pytest.raises(SystemExit, match=r"no_video\.mp4"):
        run("perceive_demonstration.py", "no_video.mp4", tune)
    monkeypatch.setattr(
        "pianomime_perception.demonstration_from_video.demonstration_from_video", lambda *_, **__: seen(tune)
    )
    printed = run("perceive_demonstration.py", "video.mp4", tune, "seen.npz")
    assert "seen.npz: 3 notes" in printed
    assert number(r"plays it with F1 ([\d.]+)", printed) > 0.5


def seen(tune: Path) -> pm.Demonstration:
    """The right hand stands over middle C with a finger on each of three keys; the left hand is not seen."""
    notes = pm.load_song(tune).notes
    rows = len(pm.piano_roll(pm.load_song(tune)))
    points = np.full((rows, 2, 6, 3), np.nan, dtype=np.float32)
    points[:, 0] = 0.04
    points[:, 0, 1:, 1] = KEYBOARD.center_y_m[[39, 41, 43, 44, 46]]
    points[:, 0, 0] = (0.15, KEYBOARD.center_y_m[43], 0.06)
    valid = np.tile([True, False], (rows, 1))
    return pm.Demonstration(
        time_s=np.arange(rows) * 0.05,
        points_m=points,
        valid=valid,
        confidence=valid.astype(np.float32),
        onset_s=np.array([note.onset_s for note in notes]),
        offset_s=np.array([note.offset_s for note in notes]),
        pitch=np.array([note.pitch for note in notes]),
        velocity=np.array([note.velocity for note in notes]),
        finger=np.array([0, 1, 2]),
        pedal_s=np.zeros(0),
        pedal_down=np.zeros(0, dtype=bool),
        video_offset_s=0.0,
        assignment_distance_m=0.002,
        keyboard={
            "homography": np.eye(3),
            "key_edges_m": np.zeros((0, 2)),
            "residual_m": np.float64(0).reshape(()),
            "image_size": np.array([1000, 200]),
        },
        metadata={"title": "three notes"},
    )


def test_read_mcap(run, tmp_path):
    record(tmp_path / "song.mcap")
    printed = run("read_mcap.py", "song.mcap")
    assert "/piano/joint_states: 5 of sensor_msgs/msg/JointState" in printed
    # Wanted in steps 0 to 3, down at the ends of 0, 1 and 3: 1 + 1 + 0 + 1 of 4.
    assert "4 steps, 3 note-frames pressed, F1 0.750" in printed


def record(path: Path) -> None:
    """One key wanted for four steps, and up again at the end of the third."""
    from pianomime_sim.recording import Recording

    store = get_typestore(Stores.ROS2_KILTED)
    types = store.types
    goal_type, state_type = "trajectory_msgs/msg/JointTrajectory", "sensor_msgs/msg/JointState"
    goal, down, nothing = np.zeros(89), np.zeros(89), np.zeros(0)
    goal[40], down[40] = 1.0, KEYBOARD.travel_rad[40]
    names = [f"key_{pitch}" for pitch in range(21, 109)] + ["sustain"]
    with Recording(path) as recording:
        recording.add("/piano/goal", goal_type, QOS)
        recording.add("/piano/joint_states", state_type, QOS)
        for step, angles in enumerate((np.zeros(89), down, down, np.zeros(89), down)):
            stamp = types["builtin_interfaces/msg/Time"](0, 50_000_000 * step)
            header = types["std_msgs/msg/Header"](stamp, "")
            state = types[state_type](header, names, angles, nothing, nothing)
            recording.write("/piano/joint_states", step + 1, store.serialize_cdr(state, state_type))
            if step < 4:
                at = types["builtin_interfaces/msg/Duration"](0, 0)
                point = types["trajectory_msgs/msg/JointTrajectoryPoint"](goal, nothing, nothing, nothing, at)
                message = types[goal_type](header, names, [point])
                recording.write("/piano/goal", step + 1, store.serialize_cdr(message, goal_type))


def test_notebook(tmp_path, monkeypatch, capsys, tune):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    notebook = json.loads((EXAMPLES / "play_a_song.ipynb").read_text())
    assert notebook["nbformat"] == 4
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)
    space: dict[str, object] = {}
    for cell in cells:
        exec("".join(cell["source"]).replace('"twinkle"', repr(str(tune))), space)
    assert number(r"F1 ([\d.]+), onset", capsys.readouterr().out) > 0.9
    assert pm.Rollout.load("twinkle.npz")
