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

"""Arguments common to the launch files, and their conversion to `graph_options`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from launch.actions import DeclareLaunchArgument

from pianomime.files.outputs import check_file, keep_apart
from pianomime_core.errors import UserError
from pianomime_core.hands import FOREARM_DOFS
from pianomime_core.setting import Setting, setting
from pianomime_core.web import LOCALHOST, VIEWER_PORT

SWITCH = ["true", "false", "True", "False"]
LOG_LEVELS = ["debug", "info", "warn", "error", "fatal"]
HIGHEST_PORT = 65535

NODE_ARGUMENTS = (
    DeclareLaunchArgument("namespace", default_value="", description="namespace of all nodes and topics; empty: none"),
    DeclareLaunchArgument(
        "params_file", default_value="", description="YAML file of parameters that override all others; empty: none"
    ),
    DeclareLaunchArgument("log_level", default_value="info", choices=LOG_LEVELS, description="log level of the nodes"),
    DeclareLaunchArgument(
        "use_sim_time",
        default_value="true",
        choices=SWITCH,
        description="RViz uses simulated time; our nodes always do",
    ),
    DeclareLaunchArgument("frame_prefix", default_value="", description="prefix of frame names, such as left/"),
)
"""Arguments of every launch file."""
WATCHING_ARGUMENTS = (
    DeclareLaunchArgument(
        "viewer", default_value="none", choices=["none", "browser", "window", "rviz"], description="viewer to start"
    ),
    DeclareLaunchArgument("viewer_host", default_value=LOCALHOST, description="address of the browser viewer"),
    DeclareLaunchArgument("viewer_port", default_value=str(VIEWER_PORT), description="port of the browser viewer"),
    DeclareLaunchArgument("viewer_names", default_value="", description="its additional host names, comma-separated"),
    DeclareLaunchArgument("variant", default_value="pianomime", choices=list(FOREARM_DOFS), description="hand variant"),
    DeclareLaunchArgument("hand_collisions", default_value="false", choices=SWITCH, description="hands collide"),
    DeclareLaunchArgument("joint_prefix", default_value="", description="prefix of joint names, such as left_"),
    DeclareLaunchArgument("record", default_value="", description="mcap recording of all topics; empty: none"),
    *NODE_ARGUMENTS,
)
"""Arguments of every launch file with a robot."""
COMMON_ARGUMENTS = (
    DeclareLaunchArgument(
        "model", default_value="", description="folder of networks for controller onnx; empty: bundled ones"
    ),
    DeclareLaunchArgument(
        "setting",
        default_value=str(Setting.BENCHMARK),
        description="benchmark: as in papers; musical: notes in time as written, several targets a step",
    ),
    *WATCHING_ARGUMENTS,
    DeclareLaunchArgument("rollout", default_value="", description="npz file to write at the end; empty: none"),
    DeclareLaunchArgument(
        "sound", default_value="false", choices=SWITCH, description="play sound on this machine's audio device"
    ),
    DeclareLaunchArgument("soundfont", default_value="", description="sf2 file of a piano; empty: bundled one"),
    DeclareLaunchArgument("midi_out", default_value="", description="MIDI port to play on; empty: none"),
    DeclareLaunchArgument("virtual_midi_out", default_value="", description="MIDI port to create and play on"),
)


def node_options(text: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of `graph_options.NodeOptions` from the texts of `NODE_ARGUMENTS`.

    Raises (as all functions here):
        UserError: A value has the wrong type or is out of range; the message names argument, value and legal ones.
    """
    return {
        "namespace": text["namespace"],
        "params_file": optional_path(text["params_file"]),
        "log_level": text["log_level"],
        "use_sim_time": is_true(text["use_sim_time"]),
        "frame_prefix": text["frame_prefix"],
    }


def watching_options(text: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of `graph_options.Options` for `WATCHING_ARGUMENTS`."""
    return {
        **node_options(text),
        "viewer": text["viewer"],
        "viewer_host": text["viewer_host"],
        "viewer_port": whole_number("viewer_port", text["viewer_port"], 0, HIGHEST_PORT),
        "viewer_names": tuple(filter(None, text["viewer_names"].split(","))),
        "variant": text["variant"],
        "hand_collisions": is_true(text["hand_collisions"]),
        "joint_prefix": text["joint_prefix"],
        "record": optional_path(text["record"]),
    }


def common_options(text: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of `graph_options.Options` for `COMMON_ARGUMENTS`, those of play and live.

    Raises:
        UserError: An output would overwrite an input or another output, or cannot be written.
    """
    rollout, record = optional_path(text["rollout"]), optional_path(text["record"])
    inputs = [optional_path(text.get(name, "")) for name in ("midi", "demo", "soundfont", "params_file")]
    keep_apart([("rollout:=", rollout), ("record:=", record)], inputs)
    if rollout is not None:
        check_file(rollout, "rollout:=", ".npz")
    return {
        **watching_options(text),
        "model": optional_path(text["model"]),
        "setting": setting(text["setting"]),
        "rollout": rollout,
        "sound": is_true(text["sound"]),
        "soundfont": optional_path(text["soundfont"]),
        "midi_out": text["midi_out"],
        "virtual_midi_out": text["virtual_midi_out"],
    }


def is_true(text: str) -> bool:
    """Return the truth value of one of `SWITCH`."""
    return text.lower() == "true"


def optional_path(text: str) -> Path | None:
    """Return a path, or None for empty text."""
    return Path(text) if text else None


def whole_number(name: str, text: str, lowest: int, highest: int) -> int:
    """Return the whole number in an argument, limits included."""
    try:
        value = int(text)
    except ValueError:
        value = lowest - 1
    if not lowest <= value <= highest:
        raise UserError(f"launch argument {name} is {text!r}: it must be a whole number from {lowest} to {highest}")
    return value


def number(name: str, text: str, lowest: float, highest: float) -> float:
    """Return the number in an argument, limits included."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not lowest <= value <= highest:
        raise UserError(f"launch argument {name} is {text!r}: it must be a number from {lowest:g} to {highest:g}")
    return value
