# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""ros2 launch pianomime live.launch.py [port:=... delay_s:=... viewer:=browser ...]; Ctrl-C ends it with a score."""

from collections.abc import Mapping

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument

from pianomime.commands.live_modes import HIGHEST_CHANNEL, MODES, SEMITONES
from pianomime.graph.graph_options import LiveOptions
from pianomime.graph.launch_arguments import COMMON_ARGUMENTS, common_options, number, whole_number
from pianomime.graph.launch_nodes import graph_description
from pianomime.graph.live_delay import MAX_DELAY_S
from pianomime.graph.node_table import NodeEntry, node_table

ARGUMENTS = (
    DeclareLaunchArgument(
        "port", default_value="", description="MIDI port, by name or part of it; empty: the only one"
    ),
    DeclareLaunchArgument("virtual", default_value="", description="MIDI port to create instead; empty: none"),
    DeclareLaunchArgument(
        "mode", default_value=next(iter(MODES)), choices=list(MODES), description="mode of playing along"
    ),
    DeclareLaunchArgument(
        "delay_s", default_value="", description="delay in seconds; empty: the controller's lookahead"
    ),
    DeclareLaunchArgument("channel", default_value="0", description="the only MIDI channel to use, 1..16; 0: all"),
    DeclareLaunchArgument("transpose", default_value="0", description="transposition in semitones"),
    DeclareLaunchArgument("controller", default_value="", description="controller; empty: that of the mode"),
    *COMMON_ARGUMENTS,
)


def generate_launch_description() -> LaunchDescription:
    """Return the graph of `pianomime.graph.node_table`; it ends with Ctrl-C or when a node dies too often."""
    return graph_description(__file__, ARGUMENTS, nodes)


def nodes(text: Mapping[str, str]) -> tuple[NodeEntry, ...]:
    """Return the nodes for the texts of the arguments."""
    mode = MODES[text["mode"]]
    return node_table(
        LiveOptions(
            port=text["port"],
            virtual=text["virtual"],
            delay_s=number("delay_s", text["delay_s"], 0, MAX_DELAY_S) if text["delay_s"] else mode.delay_s,
            channel=whole_number("channel", text["channel"], 0, HIGHEST_CHANNEL),
            transpose=whole_number("transpose", text["transpose"], -SEMITONES, SEMITONES),
            controller=text["controller"] or mode.controller,
            **common_options(text),
        )
    )
