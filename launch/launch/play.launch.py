"""ros2 launch pianomime play.launch.py midi:=song.mid [controller:=... sync:=true viewer:=browser ...]"""

import os

from launch.actions import (
    DeclareLaunchArgument,
    OpaqueFunction,
    SetEnvironmentVariable,
)
from launch.substitutions import LaunchConfiguration

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from pianomime.graph_options import PlayOptions
from pianomime.instance import InstanceLock
from pianomime.launch_arguments import COMMON_ARGUMENTS, SWITCH, common_options
from pianomime.launch_nodes import start_node
from pianomime.models import demonstration_to_play
from pianomime.node_table import node_table
from pianomime.songs import find_song
from pianomime_core.ros_environment import domain_id, missing_ros_settings

ARGUMENTS = [
    DeclareLaunchArgument("midi", default_value="", description="MIDI file, or bundled song; empty: the default song"),
    DeclareLaunchArgument("controller", default_value="onnx", description="who plays"),
    DeclareLaunchArgument("demo", default_value="", description="demonstration that controller demo plays"),
    DeclareLaunchArgument("sync", default_value="false", choices=SWITCH, description="wait for every command"),
    DeclareLaunchArgument("horizon_steps", default_value="", description="rows of the goal window; empty: midi.yaml"),
    *COMMON_ARGUMENTS,
]


def generate_launch_description() -> LaunchDescription:
    """The graph of `pianomime.node_table`; it shuts down when the song ends or a node dies too often."""
    settings = [SetEnvironmentVariable(name, value) for name, value in missing_ros_settings(os.environ).items()]
    return LaunchDescription([*settings, *ARGUMENTS, OpaqueFunction(function=start_nodes)])


def start_nodes(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Read the arguments and return one process for each entry of the node table."""
    text = {argument.name: LaunchConfiguration(argument.name).perform(context) for argument in ARGUMENTS}
    common = common_options(text)
    # One file says what controller demo plays, and from what.
    demo = demonstration_to_play(text["controller"], text["demo"], text["midi"], text["model"])
    if demo is not None:
        common["model"] = demo
    options = PlayOptions(
        midi=find_song(text["midi"] or None) if demo is None else demo,
        controller=text["controller"],
        sync=text["sync"] == "true",
        horizon_steps=int(text["horizon_steps"]) if text["horizon_steps"] else None,
        **common,
    )
    InstanceLock(domain_id(os.environ))  # held by the launch process itself, for as long as it runs
    return [action for entry in node_table(options) for action in start_node(entry)]
