"""play.launch.py against the node table, without ROS's launch packages."""

from pathlib import Path

import pytest
from fake_launch import (
    DeclareLaunchArgument,
    LaunchContext,
    Node,
    ProcessExited,
    RegisterEventHandler,
    SetEnvironmentVariable,
    TimerAction,
    described,
    start,
)

from pianomime.graph_options import PlayOptions
from pianomime.node_table import node_table
from pianomime.songs import bundled_songs, share_directory
from pianomime_core.errors import UserError
from pianomime_core.ros_environment import LOOPBACK, stays_on_this_machine

LAUNCH_FILE = share_directory() / "launch" / "play.launch.py"


@pytest.fixture
def description(monkeypatch, tmp_path):
    return described(monkeypatch, tmp_path, LAUNCH_FILE)


OPTIONS = {
    "default": ({}, PlayOptions(midi=bundled_songs()["minuet_in_g"])),
    "everything": (
        {
            "midi": "twinkle",
            "controller": "onnx",
            "model": "networks",
            "sync": "true",
            "viewer": "browser",
            "viewer_port": "9000",
            "hand_collisions": "true",
            "rollout": "out.npz",
            "sound": "true",
            "soundfont": "piano.sf2",
            "midi_out": "synth",
            "virtual_midi_out": "robot",
            "horizon_steps": "11",
        },
        PlayOptions(
            midi=bundled_songs()["twinkle"],
            controller="onnx",
            model=Path("networks"),
            sync=True,
            viewer="browser",
            viewer_port=9000,
            hand_collisions=True,
            rollout=Path("out.npz"),
            sound=True,
            soundfont=Path("piano.sf2"),
            midi_out="synth",
            virtual_midi_out="robot",
            horizon_steps=11,
        ),
    ),
}


@pytest.mark.parametrize(("given", "options"), OPTIONS.values(), ids=OPTIONS)
def test_the_launch_file_starts_the_node_table(description, given, options):
    nodes = [action for action in start(description, **given) if isinstance(action, Node)]
    table = node_table(options)
    assert [(node.package, node.executable, node.name) for node in nodes] == [
        (entry.package, entry.executable, entry.name) for entry in table
    ]
    for node, entry in zip(nodes, table, strict=True):
        # The file first, so that the table's values win.
        assert node.parameters == [*([str(entry.config)] if entry.config else []), entry.parameters]
        assert node.remappings == list(entry.remappings)
        assert node.arguments == list(entry.arguments)
        assert node.output == "screen"


def test_rviz_is_started_where_it_is_installed(description, monkeypatch, tmp_path):
    for name in ("rviz2", "robot_state_publisher"):
        program = tmp_path / "lib" / name / name
        program.parent.mkdir(parents=True)
        program.touch(mode=0o755)
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    nodes = {action.name: action for action in start(description, viewer="rviz") if isinstance(action, Node)}
    assert nodes["rviz2"].arguments == ["-d", str(share_directory() / "rviz" / "pianomime.rviz")]
    assert nodes["robot_state_publisher"].parameters[0]["robot_description"].startswith("<?xml")


def test_rviz_that_is_not_installed_is_refused(description, monkeypatch, tmp_path):
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    with pytest.raises(UserError, match="rviz2 is not found"):
        start(description, viewer="rviz")


def handlers(actions) -> dict:
    """What each node's end is answered with, by name."""
    found = [action.event_handler for action in actions if isinstance(action, RegisterEventHandler)]
    return {handler.target_action.name: handler.on_exit for handler in found}


def test_the_graph_ends_with_the_song_and_with_bad_input(description):
    actions = start(description, viewer="browser")
    nodes = [action for action in actions if isinstance(action, Node)]
    ends = handlers(actions)
    assert list(ends) == [node.name for node in nodes]
    [over] = ends["sim_node"](ProcessExited(0), LaunchContext())
    assert over.reason == "end of the song"
    [over] = ends["policy_node"](ProcessExited(2), LaunchContext())
    assert over.reason == "policy_node has ended"
    assert ends["viewer_node"](ProcessExited(0), LaunchContext()) == []
    # Asked, terminated, killed: within 3 s.
    assert all(float(node.sigterm_timeout) + float(node.sigkill_timeout) < 3 for node in nodes)


@pytest.mark.parametrize("name", ["sim_node", "policy_node", "midi_node"])
def test_a_node_that_dies_is_started_again_three_times(description, name):
    actions = start(description)
    for count in (1, 2, 3):
        said, later = handlers(actions)[name](ProcessExited(-9), LaunchContext())
        assert said.msg == f"{name} has ended with -9: started again ({count} of 3)"
        assert isinstance(later, TimerAction)
        before = next(action for action in actions if isinstance(action, Node) and action.name == name)
        actions = later.actions
        assert vars(actions[0]) == vars(before)
    [over] = handlers(actions)[name](ProcessExited(-9), LaunchContext())
    assert over.reason == f"{name} has ended"


def test_nothing_is_started_again_while_all_goes_down(description):
    ends = handlers(start(description))
    assert ends["policy_node"](ProcessExited(-2), LaunchContext(is_shutdown=True)) == []


def test_every_argument_is_described_and_is_an_option(description):
    arguments = [entity for entity in description.entities if isinstance(entity, DeclareLaunchArgument)]
    assert {argument.name for argument in arguments} == {*PlayOptions.__dataclass_fields__, "demo"}
    assert all(argument.description for argument in arguments)


def test_discovery_stays_on_this_machine(description):
    settings = {
        entity.name: entity.value for entity in description.entities if isinstance(entity, SetEnvironmentVariable)
    }
    assert stays_on_this_machine(settings)
    assert settings["FASTDDS_DEFAULT_PROFILES_FILE"] == str(LOOPBACK)


def test_a_second_launch_in_the_domain_is_refused(description):
    start(description)
    with pytest.raises(UserError, match="second instance"):
        start(description)
