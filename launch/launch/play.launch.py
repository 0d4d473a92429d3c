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

"""ros2 launch pianomime play.launch.py midi:=song.mid [controller:=... sync:=true viewer:=browser ...]"""

from collections.abc import Mapping

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument

from pianomime.files.models import demonstration_to_play
from pianomime.files.shared_files import find_song
from pianomime.graph.graph_options import PlayOptions
from pianomime.graph.launch_arguments import COMMON_ARGUMENTS, SWITCH, common_options, is_true, number, whole_number
from pianomime.graph.launch_nodes import graph_description
from pianomime.graph.node_table import NodeEntry, node_table
from pianomime_core.instruments import choice
from pianomime_policy.controllers.specs import check_name
from pianomime_sim.playback_control import FASTEST, SLOWEST

HIGHEST_HORIZON_STEPS = 400  # as midi_node declares it
ARGUMENTS = (
    DeclareLaunchArgument("midi", default_value="", description="MIDI file, or bundled song; empty: the default song"),
    DeclareLaunchArgument("controller", default_value="onnx", description="controller"),
    DeclareLaunchArgument("demo", default_value="", description="demonstration that controller demo plays"),
    DeclareLaunchArgument("sync", default_value="false", choices=SWITCH, description="wait for every command"),
    DeclareLaunchArgument(
        "speed", default_value="1.0", description="playback speed in real time, .25 to 1; 1 is as written"
    ),
    DeclareLaunchArgument(
        "stay", default_value="false", choices=SWITCH, description="wait for the next song (piano/play) at the end"
    ),
    DeclareLaunchArgument("horizon_steps", default_value="", description="rows of the goal window; empty: midi.yaml"),
    DeclareLaunchArgument(
        "tracks", default_value="", description="tracks of the file, as in 2,3; empty: those for a piano"
    ),
    DeclareLaunchArgument(
        "channels", default_value="", description="channels of the file, 1 to 16, as in 1,2; empty: all"
    ),
    *COMMON_ARGUMENTS,
)


def generate_launch_description() -> LaunchDescription:
    """Return the graph of `pianomime.graph.node_table`; it ends with the song."""
    return graph_description(__file__, ARGUMENTS, nodes)


def nodes(text: Mapping[str, str]) -> tuple[NodeEntry, ...]:
    """Return the nodes for the texts of the arguments."""
    controller, horizon_steps = text["controller"], text["horizon_steps"]
    check_name(controller)
    common = common_options(text)
    # One file is both the song and the model of controller demo.
    demo = demonstration_to_play(controller, text["demo"], text["midi"], text["model"])
    if demo is not None:
        common["model"] = demo
    return node_table(
        PlayOptions(
            midi=find_song(text["midi"] or None) if demo is None else demo,
            choice=choice(text["tracks"], text["channels"]),
            controller=controller,
            sync=is_true(text["sync"]),
            stay=is_true(text["stay"]),
            speed=number("speed", text["speed"], SLOWEST, FASTEST),
            horizon_steps=(
                whole_number("horizon_steps", horizon_steps, 1, HIGHEST_HORIZON_STEPS) if horizon_steps else None
            ),
            **common,
        )
    )
