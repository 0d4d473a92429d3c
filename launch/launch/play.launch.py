"""ros2 launch pianomime play.launch.py midi:=song.mid [controller:=... sync:=true viewer:=browser ...]"""

import os
from pathlib import Path

from launch.actions import (
    DeclareLaunchArgument,
    OpaqueFunction,
    SetEnvironmentVariable,
)
from launch.substitutions import LaunchConfiguration

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from pianomime.instance import InstanceLock
from pianomime.launch_nodes import start_node
from pianomime.node_table import PlayOptions, node_table
from pianomime.songs import find_song
from pianomime_core.ros_environment import domain_id, missing_ros_settings

SWITCH = ["true", "false"]
ARGUMENTS = [
    DeclareLaunchArgument("midi", default_value="", description="MIDI file, or bundled song; empty: the default song"),
    DeclareLaunchArgument("controller", default_value="onnx", description="who plays"),
    DeclareLaunchArgument("model", default_value="", description="networks of controller onnx; empty: bundled ones"),
    DeclareLaunchArgument("sync", default_value="false", choices=SWITCH, description="wait for every command"),
    DeclareLaunchArgument(
        "viewer", default_value="none", choices=["none", "browser", "window", "rviz"], description="where to watch"
    ),
    DeclareLaunchArgument("viewer_port", default_value="8080", description="port of the browser viewer"),
    DeclareLaunchArgument("hand_collisions", default_value="false", choices=SWITCH, description="hands collide"),
    DeclareLaunchArgument("rollout", default_value="", description="npz file to write at the end; empty: none"),
    DeclareLaunchArgument("record", default_value="", description="mcap recording of all topics; empty: none"),
    DeclareLaunchArgument("sound", default_value="false", choices=SWITCH, description="on this machine's audio device"),
    DeclareLaunchArgument("soundfont", default_value="", description="sf2 file of a piano; empty: bundled one"),
    DeclareLaunchArgument("midi_out", default_value="", description="MIDI port to play on; empty: none"),
    DeclareLaunchArgument("virtual_midi_out", default_value="", description="MIDI port to make and play on"),
    DeclareLaunchArgument("horizon_steps", default_value="", description="rows of the goal window; empty: midi.yaml"),
]


def generate_launch_description() -> LaunchDescription:
    """The graph of `pianomime.node_table`; it shuts down when the song ends or a node dies too often."""
    settings = [SetEnvironmentVariable(name, value) for name, value in missing_ros_settings(os.environ).items()]
    return LaunchDescription([*settings, *ARGUMENTS, OpaqueFunction(function=start_nodes)])


def start_nodes(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Read the arguments and return one process for each entry of the node table."""
    text = {argument.name: LaunchConfiguration(argument.name).perform(context) for argument in ARGUMENTS}
    options = PlayOptions(
        midi=find_song(text["midi"] or None),
        controller=text["controller"],
        model=Path(text["model"]) if text["model"] else None,
        sync=text["sync"] == "true",
        viewer=text["viewer"],
        viewer_port=int(text["viewer_port"]),
        hand_collisions=text["hand_collisions"] == "true",
        rollout=Path(text["rollout"]) if text["rollout"] else None,
        record=Path(text["record"]) if text["record"] else None,
        sound=text["sound"] == "true",
        soundfont=Path(text["soundfont"]) if text["soundfont"] else None,
        midi_out=text["midi_out"],
        virtual_midi_out=text["virtual_midi_out"],
        horizon_steps=int(text["horizon_steps"]) if text["horizon_steps"] else None,
    )
    InstanceLock(domain_id(os.environ))  # held by the launch process itself, for as long as it runs
    return [action for entry in node_table(options) for action in start_node(entry)]
