"""live.launch.py against the node table, without ROS's launch packages."""

from pathlib import Path

import pytest
from fake_launch import DeclareLaunchArgument, assert_starts, described, start

from pianomime.files.songs import share_directory
from pianomime.graph.graph_options import LiveOptions
from pianomime.graph.node_table import node_table
from pianomime_core.errors import UserError

LAUNCH_FILE = share_directory() / "launch" / "live.launch.py"


@pytest.fixture
def description(monkeypatch):
    return described(monkeypatch, LAUNCH_FILE)


OPTIONS = {
    "default": ({}, LiveOptions()),
    "everything": (
        {
            "port": "keys",
            "virtual": "robot",
            "mode": "echo",
            "delay_s": "1.5",
            "channel": "3",
            "transpose": "-12",
            "controller": "onnx-1s",
            "model": "networks",
            "viewer": "browser",
            "viewer_port": "9000",
            "hand_collisions": "true",
            "rollout": "out.npz",
            "sound": "true",
            "soundfont": "piano.sf2",
            "midi_out": "synth",
            "virtual_midi_out": "heard",
            "joint_prefix": "left_",
            "frame_prefix": "left/",
        },
        LiveOptions(
            port="keys",
            virtual="robot",
            delay_s=1.5,
            channel=3,
            transpose=-12,
            controller="onnx-1s",
            model=Path("networks"),
            viewer="browser",
            viewer_port=9000,
            hand_collisions=True,
            rollout=Path("out.npz"),
            sound=True,
            soundfont=Path("piano.sf2"),
            midi_out="synth",
            virtual_midi_out="heard",
            joint_prefix="left_",
            frame_prefix="left/",
        ),
    ),
}


@pytest.mark.parametrize(("given", "options"), OPTIONS.values(), ids=OPTIONS)
def test_the_launch_file_starts_the_node_table(description, given, options):
    assert_starts(start(description, **given), node_table(options))


def test_every_argument_is_described_and_is_an_option(description):
    arguments = [entity for entity in description.entities if isinstance(entity, DeclareLaunchArgument)]
    assert {argument.name for argument in arguments} == set(LiveOptions.__dataclass_fields__) | {"mode"}
    assert all(argument.description for argument in arguments)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"channel": "17"}, "launch argument channel is '17': it must be a whole number from 0 to 16"),
        ({"transpose": "up"}, "launch argument transpose is 'up': it must be a whole number from -88 to 88"),
        ({"delay_s": "long"}, "launch argument delay_s is 'long': it must be a number from 0 to 20"),
        ({"delay_s": "1"}, "delay 1 s: controller 'onnx' looks ahead 2 s"),
        ({"controller": "planner"}, "controller 'planner' wants to see the whole song"),
    ],
)
def test_a_bad_value_names_itself_and_the_legal_ones(description, given, words):
    with pytest.raises(UserError, match=words):
        start(description, **given)
