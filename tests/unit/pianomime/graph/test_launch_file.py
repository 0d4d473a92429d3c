"""play.launch.py against the node table, without ROS's launch packages."""

import os
from pathlib import Path
from signal import SIGTERM

import pytest
from fake_launch import (
    DeclareLaunchArgument,
    EmitEvent,
    LaunchContext,
    Node,
    ProcessExited,
    RegisterEventHandler,
    TimerAction,
    assert_starts,
    described,
    start,
    typed,
)

from pianomime.files.songs import bundled_songs, share_directory
from pianomime.graph.graph_options import PlayOptions
from pianomime.graph.node_table import node_table
from pianomime.graph.respawn import NodeDied, started_again
from pianomime_core.errors import UserError
from pianomime_core.instruments import Choice
from pianomime_core.ros_environment import LOOPBACK, stays_on_this_machine

LAUNCH_FILE = share_directory() / "launch" / "play.launch.py"


@pytest.fixture
def description(monkeypatch):
    return described(monkeypatch, LAUNCH_FILE)


OPTIONS = {
    "default": ({}, PlayOptions(midi=bundled_songs()["minuet_in_g"])),
    "everything": (
        {
            "midi": "twinkle",
            "controller": "onnx",
            "model": "networks",
            "sync": "True",
            "speed": "0.5",
            "stay": "true",
            "joint_prefix": "left_",
            "frame_prefix": "left/",
            "viewer": "browser",
            "viewer_host": "0.0.0.0",
            "viewer_port": "9000",
            "variant": "robopianist",
            "hand_collisions": "true",
            "rollout": "out.npz",
            "sound": "true",
            "soundfont": "piano.sf2",
            "midi_out": "synth",
            "virtual_midi_out": "robot",
            "tracks": "2",
            "channels": "1,10",
            "horizon_steps": "11",
            "namespace": "left",
            "params_file": __file__,
            "log_level": "debug",
            "use_sim_time": "false",
        },
        PlayOptions(
            midi=bundled_songs()["twinkle"],
            controller="onnx",
            model=Path("networks"),
            sync=True,
            speed=0.5,
            stay=True,
            joint_prefix="left_",
            frame_prefix="left/",
            viewer="browser",
            viewer_host="0.0.0.0",
            viewer_port=9000,
            variant="robopianist",
            hand_collisions=True,
            rollout=Path("out.npz"),
            sound=True,
            soundfont=Path("piano.sf2"),
            midi_out="synth",
            virtual_midi_out="robot",
            choice=Choice((2,), (1, 10)),
            horizon_steps=11,
            namespace="left",
            params_file=Path(__file__),
            log_level="debug",
            use_sim_time=False,
        ),
    ),
}


@pytest.mark.parametrize(("given", "options"), OPTIONS.values(), ids=OPTIONS)
def test_the_launch_file_starts_the_node_table(description, given, options):
    assert_starts(start(description, **given), node_table(options))


def test_rviz_is_started_where_it_is_installed(description, monkeypatch, tmp_path):
    for name in ("rviz2", "robot_state_publisher"):
        program = tmp_path / "lib" / name / name
        program.parent.mkdir(parents=True)
        program.touch(mode=0o755)
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    nodes = {action.name: action for action in start(description, viewer="rviz") if isinstance(action, Node)}
    assert nodes["rviz2"].arguments == ["-d", str(share_directory() / "rviz" / "pianomime.rviz")]
    frames = nodes["robot_state_publisher"]
    assert (frames.package, frames.executable) == ("pianomime_description", "hand_frames")
    program = tmp_path / "lib" / "robot_state_publisher" / "robot_state_publisher"
    assert frames.arguments == [str(program), "pianomime", ""]


def test_rviz_that_is_not_installed_is_refused(description, monkeypatch, tmp_path):
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    with pytest.raises(UserError, match="rviz2 is not found"):
        start(description, viewer="rviz")


def handlers(actions) -> dict:
    """What each node's end is answered with, by name."""
    found = [action.event_handler for action in actions if isinstance(action, RegisterEventHandler)]
    return {handler.target_action.name: handler.on_exit for handler in found}


def test_with_the_song_our_nodes_end_and_nothing_else(description):
    actions = start(description, viewer="browser")
    nodes = [action for action in actions if isinstance(action, Node)]
    ends = handlers(actions)
    assert list(ends) == [node.name for node in nodes]
    assert ends["viewer_node"](ProcessExited(0), LaunchContext()) == []
    said, over = ends["sim_node"](ProcessExited(0), LaunchContext())
    assert said.msg == "end of the song"
    assert isinstance(over, EmitEvent)
    assert all(over.event.process_matcher(node) for node in nodes)
    assert not over.event.process_matcher(Node(package="other", executable="sim_node", name="sim_node"))
    # Their ends are no new deaths.
    assert ends["policy_node"](ProcessExited(-2), LaunchContext()) == []


@pytest.mark.parametrize("interrupted", [True, False])
def test_a_recording_that_cannot_be_finished_is_an_error_of_the_launch(description, interrupted):
    ends = handlers(start(description, record="r.mcap"))
    if not interrupted:
        ends["sim_node"](ProcessExited(0), LaunchContext())
    with pytest.raises(UserError, match="record_node could not write"):
        ends["record_node"](ProcessExited(2), LaunchContext(is_shutdown=interrupted))


@pytest.mark.parametrize(("code", "error"), [(2, UserError), (3, NodeDied)])
def test_bad_input_is_an_error_of_the_launch(description, code, error):
    """launch ends with exit code 1 after an exception only."""
    actions = start(description)
    signal, fail = handlers(actions)["policy_node"](ProcessExited(code), LaunchContext())
    assert signal.event.signal_number == SIGTERM, "which a node that is being imported hears without a traceback"
    assert all(signal.event.process_matcher(node) for node in actions if isinstance(node, Node))
    with pytest.raises(error, match="policy_node"):
        fail.function(LaunchContext(), *fail.args)


def test_who_writes_files_gets_time_for_it_and_nobody_else_dawdles(description):
    nodes = [action for action in start(description, record="r.mcap") if isinstance(action, Node)]
    time_s = {node.name: float(node.sigterm_timeout) for node in nodes}
    assert all(float(node.sigkill_timeout) == 1 for node in nodes)
    assert {name for name, stop_s in time_s.items() if stop_s >= 10} == {"sim_node", "record_node"}
    assert all(stop_s < 2 for name, stop_s in time_s.items() if name not in ("sim_node", "record_node"))


@pytest.mark.parametrize("name", ["sim_node", "policy_node", "midi_node"])
def test_a_node_that_dies_is_started_again_three_times(description, name):
    actions = start(description)
    [entry] = [entry for entry in node_table(OPTIONS["default"][1]) if entry.name == name]
    first = next(action for action in actions if isinstance(action, Node) and action.name == name)
    same = vars(first) | {"parameters": [str(entry.config), started_again(entry).parameters]}
    for count in (1, 2, 3):
        said, later = handlers(actions)[name](ProcessExited(-9), LaunchContext())
        assert said.msg == f"{name} has ended with -9: started again ({count} of 3)"
        assert isinstance(later, TimerAction)
        [opaque] = later.actions
        actions = opaque.function(LaunchContext(), *opaque.args)
        assert vars(next(action for action in actions if isinstance(action, Node))) == same
    _, fail = handlers(actions)[name](ProcessExited(-9), LaunchContext())
    with pytest.raises(NodeDied, match=rf"{name} ended before the song did \(exit code -9\)"):
        fail.function(LaunchContext(), *fail.args)


def test_a_node_is_started_again_within_what_the_file_around_had_set(description):
    context = LaunchContext({"ros_namespace": "/left"})
    _, later = handlers(start(description, context))["midi_node"](ProcessExited(-9), LaunchContext())
    [again] = later.actions
    push, scope, *_, pop = again.function(LaunchContext(), *again.args)
    assert [type(push).__name__, type(pop).__name__] == ["PushLaunchConfigurations", "PopLaunchConfigurations"]
    at_that_time = LaunchContext()
    scope.function(at_that_time)
    assert at_that_time.launch_configurations["ros_namespace"] == "/left"


def test_nothing_is_started_again_while_all_goes_down(description):
    actions = start(description)
    ends = handlers(actions)
    assert ends["policy_node"](ProcessExited(-2), LaunchContext(is_shutdown=True)) == []
    _, later = ends["policy_node"](ProcessExited(-9), LaunchContext())
    ends["sim_node"](ProcessExited(0), LaunchContext())
    [again] = later.actions
    assert again.function(LaunchContext(), *again.args) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"speed": "fast"}, "launch argument speed is 'fast': it must be a number from 0.25 to 1"),
        ({"speed": "nan"}, "launch argument speed is 'nan'"),
        ({"viewer_port": "http"}, "launch argument viewer_port is 'http': it must be a whole number from 0 to 65535"),
        ({"viewer_port": "70000"}, "launch argument viewer_port is '70000'"),
        ({"horizon_steps": "1.5"}, "launch argument horizon_steps is '1.5'"),
        (
            {"midi": os.fsdecode(b"Pr\xe9lude.mid")},
            r"launch argument midi is 'Pr\\udce9lude.mid': ROS needs UTF-8, change the name",
        ),
        ({"rollout": "song.txt"}, "rollout:= 'song.txt': the name must end in .npz"),
        ({"rollout": "/nowhere/r.npz"}, "rollout:= '/nowhere/r.npz': there is no folder '/nowhere'"),
        ({"rollout": "r.npz", "record": "r.npz"}, "record:= 'r.npz' would overwrite what rollout:= 'r.npz' writes"),
        ({"midi": "r.npz", "rollout": "./r.npz"}, "rollout:= 'r.npz' would overwrite input 'r.npz'"),
        ({"controller": "nobody"}, "unknown controller 'nobody': choose one of planner, "),
        ({"setting": "loud"}, "unknown setting 'loud': choose one of benchmark, musical"),
        ({"midi": "no_such_song"}, "no such MIDI file: 'no_such_song'; bundled songs are "),
        ({"params_file": "nowhere.yaml"}, "no such file of parameters: 'nowhere.yaml'"),
    ],
)
def test_a_bad_value_names_itself_and_the_legal_ones(description, given, words):
    with pytest.raises(UserError, match=words):
        start(description, **given)


def test_an_unknown_argument_is_refused_on_our_command_line_alone(description):
    with pytest.raises(
        UserError,
        match=r"unknown launch argument 'contoller': did you mean 'controller'\? choose one of midi, .*controller, ",
    ):
        start(description, typed(LAUNCH_FILE, "midi:=twinkle", "contoller:=onnx"))
    start(description, typed(LAUNCH_FILE, "midi:=twinkle", "sigterm_timeout:=9"))
    start(description, typed(LAUNCH_FILE.with_name("theirs.launch.py"), "robots:=2"))


def test_every_argument_is_described_and_is_an_option(description):
    arguments = [entity for entity in description.entities if isinstance(entity, DeclareLaunchArgument)]
    options = {*PlayOptions.__dataclass_fields__, "demo", "tracks", "channels"} - {"choice"}
    assert {argument.name for argument in arguments} == options
    assert all(argument.description for argument in arguments)


def test_the_environment_is_that_of_our_nodes_alone(description, monkeypatch):
    before = dict(os.environ)
    actions = start(description)
    assert dict(os.environ) == before
    for node in actions:
        if isinstance(node, Node):
            assert stays_on_this_machine(node.additional_env)
            assert node.additional_env["FASTDDS_DEFAULT_PROFILES_FILE"] == str(LOOPBACK)
