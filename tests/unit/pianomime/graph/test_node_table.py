"""The node table against the packages that own the nodes."""

import ast
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from pianomime.files.songs import share_directory
from pianomime.graph.graph_options import FollowOptions, LiveOptions, PerceptionOptions, PlayOptions, SeeOptions
from pianomime.graph.node_table import node_table, perception_table
from pianomime.graph.parameters_file import EVERY_NODE
from pianomime_core.errors import UserError
from pianomime_core.instruments import Choice

ALL = node_table(PlayOptions(midi=Path("song.mid"), viewer="browser", rollout=Path("r.npz"), horizon_steps=11))

LIVE = node_table(LiveOptions(port="keys", viewer="browser", rollout=Path("r.npz")))
HEARD = node_table(PlayOptions(midi=Path("song.mid"), sound=True, soundfont=Path("piano.sf2"), midi_out="synth"))
RECORDED = node_table(PlayOptions(midi=Path("song.mid"), viewer="browser", record=Path("r.mcap")))
FOLLOW = node_table(FollowOptions(perception=PerceptionOptions(source="0"), viewer="browser"))
DECLARERS = {"declare_parameters", "HandCommander", "PlaybackControlServer", "PerceptionNode"}
OTHERS = ("live_node", "sound_node", "record_node", "follow_node", "perception_node")
EVERY = (*ALL, *(entry for entry in (*LIVE, *HEARD, *RECORDED, *FOLLOW) if entry.name in OTHERS))


def declared(module: str) -> set[str]:
    """Names of the parameters that a node's source declares, or the module it has them declared by."""
    tree = ast.parse(Path(find_spec(module).origin).read_text())
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and DECLARERS & {alias.name for alias in node.names}:
            names |= declared(node.module)
        elif isinstance(node, ast.Call) and len(node.args) > 1 and getattr(node.func, "id", "").startswith("declare_"):
            name = node.args[1]
            names.add(getattr(import_module(module), name.id) if isinstance(name, ast.Name) else name.value)
    return names


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.name)
def test_module_and_executable_are_the_same_program(entry):
    [script] = [script for script in entry_points(group="console_scripts") if script.name == entry.executable]
    assert script.value == f"{entry.module}:main"
    assert entry.module.split(".")[0] == entry.package


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.name)
def test_every_parameter_is_one_that_the_node_declares(entry):
    assert set(entry.parameters) <= declared(entry.module)


@pytest.mark.parametrize("entry", [entry for entry in EVERY if entry.config], ids=lambda entry: entry.name)
def test_the_files_hold_parameters_of_their_node(entry):
    content = yaml.safe_load(entry.config.read_text())
    [(name, found)] = content.items()
    assert name == EVERY_NODE, "in every namespace, and before whatever a user names"
    assert set(found["ros__parameters"]) <= declared(entry.module)


def test_one_node_ends_the_graph():
    assert [entry.name for entry in ALL if entry.ends_graph] == ["sim_node"]
    assert [entry.name for entry in ALL if not entry.required] == ["viewer_node"]


def test_the_song_waits_for_the_viewer_if_there_is_one():
    table = {entry.name: entry for entry in ALL}
    assert table["sim_node"].parameters["wait_for"] in table
    assert table["sim_node"].parameters["wait_for"] == "viewer_node"


def test_the_song_waits_for_the_recorder_and_can_do_without():
    recorder = RECORDED[-1]
    assert (recorder.name, recorder.required, recorder.ends_graph) == ("record_node", False, False)
    assert recorder.parameters == {"file": str(Path.cwd() / "r.mcap")}
    assert RECORDED[0].parameters["wait_for"] == "viewer_node,record_node"


def test_sound_is_a_node_that_the_song_can_do_without():
    sound = HEARD[-1]
    assert (sound.name, sound.required, sound.ends_graph) == ("sound_node", False, False)
    assert sound.parameters == {
        "speaker": True,
        "soundfont": str(Path.cwd() / "piano.sf2"),
        "midi_out": "synth",
        "virtual_midi_out": "",
    }
    assert HEARD[0].parameters["wait_for"] == "sound_node"
    port = node_table(LiveOptions(virtual_midi_out="robot"))[-1]
    assert (port.parameters["speaker"], port.parameters["virtual_midi_out"]) == (False, "robot")


def test_paths_do_not_depend_on_the_folder_of_a_process():
    parameters = {name: value for entry in ALL for name, value in entry.parameters.items()}
    assert Path(parameters["midi"]).is_absolute()
    assert Path(parameters["rollout"]).is_absolute()


def test_tracks_and_channels_that_are_chosen_go_to_the_node():
    chosen = PlayOptions(midi=Path("song.mid"), choice=Choice(tracks=(2, 3), channels=(10,)))
    table = {entry.name: entry for entry in node_table(chosen)}
    parameters = table["midi_node"].parameters
    assert (parameters["tracks"], parameters["channels"]) == ("2,3", "10")


def test_defaults_leave_the_horizon_to_the_file_and_show_nothing():
    table = {entry.name: entry for entry in node_table(PlayOptions(midi=Path("song.mid")))}
    assert set(table) == {"sim_node", "policy_node", "midi_node"}
    assert set(table["midi_node"].parameters) == {"midi", "songs", "setting"}
    assert table["sim_node"].parameters["rollout"] == ""
    assert table["sim_node"].parameters["wait_for"] == ""
    assert table["sim_node"].parameters["controller"] == table["policy_node"].parameters["controller"] == "onnx"
    assert table["policy_node"].parameters["model"] == str(share_directory() / "models" / "generalist")


def test_a_trained_controller_is_told_its_folder():
    def model(**options):
        table = {entry.name: entry for entry in node_table(PlayOptions(midi=Path("song.mid"), **options))}
        return table["policy_node"].parameters["model"]

    assert model(controller="onnx", model=Path("networks")) == str(Path.cwd() / "networks")
    assert model(controller="streaming") == ""
    assert model(controller="onnx") == str(share_directory() / "models" / "generalist")


def test_live_the_keyboard_takes_the_place_of_the_file_and_nothing_else_changes():
    assert [entry.name for entry in LIVE] == ["sim_node", "policy_node", "live_node", "viewer_node"]
    for live, song in zip(LIVE, ALL, strict=True):
        if song.name == "midi_node":
            assert (live.package, live.required, live.ends_graph) == (song.package, song.required, song.ends_graph)
            continue
        changed = {
            name
            for name in live.parameters.keys() | song.parameters
            if live.parameters.get(name) != song.parameters.get(name)
        }
        assert changed <= {"session_s", "sync", "speed", "stay"}
    table = {entry.name: entry for entry in LIVE}
    assert table["sim_node"].parameters["session_s"] > 0
    assert set(declared("pianomime_sim.sim_node")) >= set(table["sim_node"].parameters)
    assert table["live_node"].parameters["delay_s"] == 2.0


def test_a_delay_that_hides_what_the_controller_wants_to_see_is_refused():
    with pytest.raises(UserError, match="delay 1 s"):
        node_table(LiveOptions(delay_s=1.0))


def test_who_follows_takes_the_place_of_controller_and_music():
    assert [entry.name for entry in FOLLOW] == ["sim_node", "follow_node", "perception_node", "viewer_node"]
    table = {entry.name: entry for entry in FOLLOW}
    assert table["sim_node"].parameters["session_s"] == 7200
    assert table["sim_node"].parameters["controller"] == "follow"
    assert "sync" not in table["sim_node"].parameters
    assert table["perception_node"].parameters["wait_for_reader"] is True
    # Fingertips that come from elsewhere need nobody here to see them.
    alone = node_table(FollowOptions())
    assert [entry.name for entry in alone] == ["sim_node", "follow_node"]


def test_a_video_that_ends_is_the_end_and_a_camera_has_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("clip.mp4").touch()
    [video] = perception_table(SeeOptions(perception=PerceptionOptions(source="clip.mp4", corners="1,2 3,4 5,6 7,8")))
    assert video.ends_graph
    assert video.parameters["source"] == str(tmp_path / "clip.mp4")
    assert video.parameters["corners"] == "1,2 3,4 5,6 7,8"
    assert video.parameters["wait_for_reader"] is False
    for source in ("0", "/dev/video0", ""):
        [camera] = perception_table(SeeOptions(perception=PerceptionOptions(source=source)))
        assert not camera.ends_graph
        assert camera.parameters["source"] == source


def test_what_is_seen_may_be_recorded_without_a_robot():
    seen, recorder = perception_table(SeeOptions(perception=PerceptionOptions(source="0"), record=Path("r.mcap")))
    assert (seen.name, recorder.name) == ("perception_node", "record_node")
    assert seen.parameters["wait_for_reader"] is True, "a file begins when the recorder listens"


def test_namespace_level_and_parameters_are_those_of_every_node(tmp_path):
    file = tmp_path / "mine.yaml"
    file.touch()
    asked = {"namespace": "left", "log_level": "debug", "params_file": file}
    for table in (node_table(PlayOptions(midi=Path("song.mid"), **asked)), perception_table(SeeOptions(**asked))):
        assert {(entry.namespace, entry.log_level, entry.params_file) for entry in table} == {("left", "debug", file)}
    with pytest.raises(UserError, match="no such file of parameters"):
        node_table(PlayOptions(midi=Path("song.mid"), params_file=tmp_path / "nowhere.yaml"))


def test_everybody_has_the_same_hands():
    table = node_table(PlayOptions(midi=Path("song.mid"), variant="robopianist", viewer="browser"))
    hands = {entry.name: entry.parameters["variant"] for entry in table if "variant" in declared(entry.module)}
    assert hands == dict.fromkeys(("sim_node", "policy_node", "viewer_node"), "robopianist")
    assert node_table(FollowOptions(variant="robopianist"))[1].parameters["variant"] == "robopianist"


@pytest.mark.parametrize("option", ["joint_prefix", "frame_prefix"])
def test_a_prefix_goes_to_all_who_declare_it_and_to_nobody_else(option):
    asked, seen = {option: "left"}, PerceptionOptions(source="0")
    tables = [
        node_table(PlayOptions(midi=Path("song.mid"), viewer="browser", sound=True, record=Path("r.mcap"), **asked)),
        node_table(LiveOptions(viewer="browser", **asked)),
        node_table(FollowOptions(perception=seen, **asked)),
    ]
    if option == "frame_prefix":
        tables.append(perception_table(SeeOptions(perception=seen, **asked)))
    for entry in (entry for table in tables for entry in table):
        assert entry.parameters.get(option) == ("left" if option in declared(entry.module) else None), entry.name


def test_who_stays_waits_for_the_next_song():
    def stays(**options):
        return {
            entry.name: entry.parameters["stay"]
            for entry in node_table(PlayOptions(midi=Path("song.mid"), **options))
            if "stay" in entry.parameters
        }

    assert stays(stay=True) == {"sim_node": True}
    assert stays() == {"sim_node": False}
    assert all("stay" not in entry.parameters for entry in (*LIVE, *FOLLOW)), "live music has no next song"
