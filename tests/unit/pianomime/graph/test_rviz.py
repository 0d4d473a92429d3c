"""RViz with the graph: found or refused, given the right files, and a configuration that fits topics and markers."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from command_examples import Command
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy

from pianomime.commands import doctor_probes
from pianomime.files.songs import share_directory
from pianomime.graph.graph_options import LiveOptions, PerceptionOptions, PlayOptions, SeeOptions
from pianomime.graph.node_table import node_table, perception_table
from pianomime.graph.runner import node_command
from pianomime_core.errors import UserError
from pianomime_core.ros_qos import LATCHED, NEWEST
from pianomime_description.hands_urdf import hands_urdf
from pianomime_physics.simulator import Simulator
from pianomime_sim.ros_markers import MarkerMaker
from pianomime_sim.viewers.base import Snapshot

CONFIG = share_directory() / "rviz" / "pianomime.rviz"
PLAY = PlayOptions(midi=Path("song.mid"), viewer="rviz")


@pytest.fixture
def ros(tmp_path, monkeypatch):
    """A ROS 2 with these programs, each the only one of its package."""

    def install(*names: str) -> Path:
        for name in names:
            program = tmp_path / "ros 2" / "lib" / name / name
            program.parent.mkdir(parents=True)
            program.write_text(f"#!{sys.executable}\n")
            program.chmod(0o755)
        monkeypatch.setenv("AMENT_PREFIX_PATH", f"{sys.prefix}:{tmp_path / 'ros 2'}")
        return tmp_path / "ros 2"

    return install


@pytest.mark.parametrize("options", [PLAY, LiveOptions(viewer="rviz")])
def test_rviz_and_the_frames_of_the_hands_are_started_where_they_are_installed(ros, options):
    ros("rviz2", "robot_state_publisher")
    table = node_table(options)
    rviz, frames = table[3:]
    assert (rviz.package, rviz.executable, rviz.arguments) == ("rviz2", "rviz2", ("-d", str(CONFIG)))
    assert (frames.package, frames.name) == ("pianomime_description", "robot_state_publisher")
    assert frames.remappings == (("joint_states", "hands/joint_states"), ("/clock", "clock"))
    for entry in (rviz, frames):
        assert entry.parameters["use_sim_time"] is True, "stamps are simulated time"
        assert (entry.required, entry.ends_graph) == (False, False), "the song goes on without"
    assert "viewer_node" not in {entry.name for entry in table}
    assert table[0].parameters["wait_for"] == ""


@pytest.mark.parametrize("prefix_of_joints", ["", "left_"])
def test_robot_state_publisher_gets_the_description_and_all_that_ros_says(ros, tmp_path, prefix_of_joints):
    """The parameter is read as YAML; sim_node publishes the same text."""
    prefix = ros("rviz2", "robot_state_publisher")
    program = prefix / "lib" / "robot_state_publisher" / "robot_state_publisher"
    program.write_text(f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv))\n")
    frames = node_table(replace(PLAY, joint_prefix=prefix_of_joints))[-1]
    done = subprocess.run(node_command(frames, tmp_path), capture_output=True, text=True, check=True)
    asked = json.loads(done.stdout)
    assert asked[:2] == [str(program), "--ros-args"]
    assert asked[-6:-2] == ["--remap", "joint_states:=hands/joint_states", "--remap", "/clock:=clock"]
    assert asked[-2] == "-p"
    name, _, text = asked[-1].partition(":=")
    assert name == "robot_description"
    assert yaml.safe_load(text) == hands_urdf("pianomime", prefix_of_joints)


def test_frames_may_have_a_prefix_and_rviz_looks_at_them(ros):
    ros("rviz2", "robot_state_publisher")
    rviz, frames = node_table(replace(PLAY, frame_prefix="left/"))[3:]
    assert rviz.arguments == ("-d", str(CONFIG), "-f", "left/world")
    assert frames.parameters["frame_prefix"] == "left/"


def test_a_recording_has_the_frames_of_the_hands_too(ros):
    recorded, seen = replace(PLAY, viewer="none", record=Path("r.mcap")), PerceptionOptions(source="0")
    ros("robot_state_publisher")
    assert [entry.name for entry in node_table(recorded)][3:] == ["robot_state_publisher", "record_node"]
    assert [entry.name for entry in node_table(replace(recorded, viewer="browser"))].count("robot_state_publisher") == 1
    assert "robot_state_publisher" not in {entry.name for entry in node_table(replace(PLAY, viewer="browser"))}
    watched = perception_table(SeeOptions(perception=seen, record=Path("r.mcap")))
    assert [entry.name for entry in watched] == ["perception_node", "record_node"], "no hands, no frames"


def test_with_rviz_and_a_recording_the_frames_are_said_once(ros):
    ros("rviz2", "robot_state_publisher")
    names = [entry.name for entry in node_table(replace(PLAY, record=Path("r.mcap")))]
    assert names[3:] == ["rviz2", "robot_state_publisher", "record_node"]


def test_without_robot_state_publisher_the_markers_are_enough(ros):
    ros("rviz2")
    assert [entry.name for entry in node_table(PLAY)][3:] == ["rviz2"]


def test_without_rviz_one_line_says_so(ros, pianomime: Command, tune: Path):
    ros("robot_state_publisher")
    with pytest.raises(UserError, match="rviz2 is not found in AMENT_PREFIX_PATH"):
        node_table(PLAY)
    pianomime("play", tune, "--controller", "idle", "--viewer", "rviz").refuses("rviz2", "browser", "window")
    pianomime("play", tune, "--no-ros", "--viewer", "rviz").refuses("--no-ros", "rviz", "browser")


def test_the_doctor_tells_what_of_it_is_here(ros):
    ros()
    with pytest.raises(doctor_probes.Absent, match="rviz2"):
        doctor_probes.rviz()
    ros("rviz2")
    assert doctor_probes.rviz() == "rviz2"
    ros("robot_state_publisher")
    assert doctor_probes.rviz() == "rviz2, robot_state_publisher"


def test_without_launch_tools_the_programs_get_the_same(ros, tmp_path):
    prefix = ros("rviz2", "robot_state_publisher")
    rviz, frames = node_table(PLAY)[3:]
    assert node_command(rviz, tmp_path) == [
        *(str(prefix / "lib" / "rviz2" / "rviz2"), "-d", str(CONFIG), "--ros-args", "--remap", "__node:=rviz2"),
        *("--log-level", "info", "--params-file", str(tmp_path / "rviz2.yaml"), "--remap", "/clock:=clock"),
    ]
    node_command(frames, tmp_path)
    content = json.loads((tmp_path / "robot_state_publisher.yaml").read_text())
    assert content["/**/**"]["ros__parameters"] == frames.parameters


@pytest.fixture(scope="module")
def manager() -> dict:
    return yaml.safe_load(CONFIG.read_text())["Visualization Manager"]


def displays(manager, kind: str) -> list[dict]:
    return [display for display in manager["Displays"] if display["Class"] == f"rviz_default_plugins/{kind}"]


def test_only_displays_that_every_rviz_has(manager):
    assert {display["Class"] for display in manager["Displays"]} == {
        f"rviz_default_plugins/{kind}" for kind in ("Grid", "TF", "RobotModel", "MarkerArray")
    }
    assert len({display["Name"] for display in manager["Displays"]}) == len(manager["Displays"])
    assert all(display["Enabled"] == display["Value"] for display in manager["Displays"])
    assert manager["Global Options"]["Fixed Frame"] == "world"


def test_topics_are_those_of_the_graph_and_can_be_heard(manager):
    published = {
        "markers": LATCHED,
        "hands/meshes": NEWEST,
        "hands/fingertip_targets": NEWEST,
        "hands/human_markers": NEWEST,
    }
    topics = {display["Topic"]["Value"]: display for display in displays(manager, "MarkerArray")}
    assert set(topics) == set(published)
    for name, display in topics.items():
        wants = display["Topic"]
        latched = published[name].durability == DurabilityPolicy.TRANSIENT_LOCAL
        assert wants["Durability Policy"] == ("Transient Local" if latched else "Volatile")
        assert published[name].reliability == ReliabilityPolicy.RELIABLE
        assert display["Enabled"]
    # What robot_state_publisher says once.
    [robot] = displays(manager, "RobotModel")
    assert robot["Description Topic"]["Durability Policy"] == "Transient Local"
    assert not robot["Enabled"], "the same hands twice"


def test_namespaces_are_those_of_the_markers(manager):
    simulator = Simulator()
    maker = MarkerMaker(simulator.model, simulator.joint_names)
    nothing = np.zeros(88, dtype=bool)
    snapshot = Snapshot(0.0, np.zeros(54), np.zeros(88), nothing, nothing, np.zeros((0, 88), dtype=bool))
    markers = [*maker.static().markers, *maker.moving(0, snapshot).markers]
    [keys] = [display for display in displays(manager, "MarkerArray") if display["Topic"]["Value"] == "markers"]
    assert set(keys["Namespaces"]) == {marker.ns for marker in markers}
    assert [name for name, shown in keys["Namespaces"].items() if not shown] == ["rh_hand", "lh_hand"]


def test_the_camera_stands_where_the_player_sits(manager):
    """The formula is that of RViz's orbit view."""
    view = manager["Views"]["Current"]
    assert view["Class"] == "rviz_default_plugins/Orbit"
    focus, yaw, pitch = view["Focal Point"], view["Yaw"], view["Pitch"]
    eye = view["Distance"] * np.array([np.cos(yaw) * np.cos(pitch), np.sin(yaw) * np.cos(pitch), np.sin(pitch)])
    eye += [focus["X"], focus["Y"], focus["Z"]]
    forward = -eye / np.linalg.norm(eye)
    assert eye[0] > 0.6, "in front of the keyboard, where the forearms are"
    assert eye[2] > 0.5, "looking down"
    assert np.cross(forward, [0, 0, 1])[1] > 0, "the treble is on the right"
