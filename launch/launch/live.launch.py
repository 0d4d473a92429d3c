"""ros2 launch pianomime live.launch.py [port:=... delay_s:=... viewer:=browser ...]; Ctrl-C ends it with a score."""

import os
from pathlib import Path

from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch.substitutions import LaunchConfiguration

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from pianomime.instance import InstanceLock
from pianomime.launch_nodes import start_node
from pianomime.live_modes import MODES
from pianomime.node_table import LiveOptions, node_table
from pianomime_core.ros_environment import domain_id, missing_ros_settings

SWITCH = ["true", "false"]
ARGUMENTS = [
    DeclareLaunchArgument(
        "port", default_value="", description="MIDI port, by name or part of it; empty: the only one"
    ),
    DeclareLaunchArgument("virtual", default_value="", description="MIDI port to make instead; empty: none"),
    DeclareLaunchArgument(
        "mode", default_value=next(iter(MODES)), choices=list(MODES), description="how to play along"
    ),
    DeclareLaunchArgument("delay_s", default_value="", description="seconds; empty: what the controller looks ahead"),
    DeclareLaunchArgument("channel", default_value="0", description="the one MIDI channel to hear, 1..16; 0: all"),
    DeclareLaunchArgument("transpose", default_value="0", description="semitones to add"),
    DeclareLaunchArgument("controller", default_value="", description="who plays; empty: the mode's"),
    DeclareLaunchArgument("model", default_value="", description="networks of controller onnx; empty: bundled ones"),
    DeclareLaunchArgument(
        "viewer", default_value="none", choices=["none", "browser", "window", "rviz"], description="where to watch"
    ),
    DeclareLaunchArgument("viewer_port", default_value="8080", description="port of the browser viewer"),
    DeclareLaunchArgument("hand_collisions", default_value="false", choices=SWITCH, description="hands collide"),
    DeclareLaunchArgument("rollout", default_value="", description="npz file to write at the end; empty: none"),
    DeclareLaunchArgument("sound", default_value="false", choices=SWITCH, description="on this machine's audio device"),
    DeclareLaunchArgument("soundfont", default_value="", description="sf2 file of a piano; empty: bundled one"),
    DeclareLaunchArgument("midi_out", default_value="", description="MIDI port to play on; empty: none"),
    DeclareLaunchArgument("virtual_midi_out", default_value="", description="MIDI port to make and play on"),
    DeclareLaunchArgument("record", default_value="", description="mcap recording of all topics; empty: none"),
]


def generate_launch_description() -> LaunchDescription:
    """The graph of `pianomime.node_table`; it shuts down with Ctrl-C or when a node dies too often."""
    settings = [SetEnvironmentVariable(name, value) for name, value in missing_ros_settings(os.environ).items()]
    return LaunchDescription([*settings, *ARGUMENTS, OpaqueFunction(function=start_nodes)])


def start_nodes(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Read the arguments and return one process for each entry of the node table."""
    text = {argument.name: LaunchConfiguration(argument.name).perform(context) for argument in ARGUMENTS}
    mode = MODES[text["mode"]]
    options = LiveOptions(
        port=text["port"],
        virtual=text["virtual"],
        delay_s=float(text["delay_s"]) if text["delay_s"] else mode.delay_s,
        channel=int(text["channel"]),
        transpose=int(text["transpose"]),
        controller=text["controller"] or mode.controller,
        model=Path(text["model"]) if text["model"] else None,
        viewer=text["viewer"],
        viewer_port=int(text["viewer_port"]),
        hand_collisions=text["hand_collisions"] == "true",
        rollout=Path(text["rollout"]) if text["rollout"] else None,
        sound=text["sound"] == "true",
        soundfont=Path(text["soundfont"]) if text["soundfont"] else None,
        midi_out=text["midi_out"],
        virtual_midi_out=text["virtual_midi_out"],
        record=Path(text["record"]) if text["record"] else None,
    )
    InstanceLock(domain_id(os.environ))  # held by the launch process itself, for as long as it runs
    return [action for entry in node_table(options) for action in start_node(entry)]
