"""ros2 launch pianomime live.launch.py [port:=... delay_s:=... viewer:=browser ...]; Ctrl-C ends it with a score."""

import os

from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch.substitutions import LaunchConfiguration

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from pianomime.graph_options import LiveOptions
from pianomime.instance import InstanceLock
from pianomime.launch_arguments import COMMON_ARGUMENTS, common_options
from pianomime.launch_nodes import start_node
from pianomime.live_modes import MODES
from pianomime.node_table import node_table
from pianomime_core.ros_environment import domain_id, missing_ros_settings

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
    *COMMON_ARGUMENTS,
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
        **common_options(text),
    )
    InstanceLock(domain_id(os.environ))  # held by the launch process itself, for as long as it runs
    return [action for entry in node_table(options) for action in start_node(entry)]
