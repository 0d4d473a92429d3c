"""What launch files declare and read alike: the arguments behind `graph_options`, and values typed for them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from launch.actions import DeclareLaunchArgument

from pianomime.outputs import check_file, keep_apart
from pianomime_core.errors import UserError
from pianomime_core.hands import FOREARM_DOFS

SWITCH = ["true", "false", "True", "False"]
LOG_LEVELS = ["debug", "info", "warn", "error", "fatal"]
HIGHEST_PORT = 65535

NODE_ARGUMENTS = (
    DeclareLaunchArgument("namespace", default_value="", description="of all nodes and topics; empty: none of its own"),
    DeclareLaunchArgument(
        "params_file", default_value="", description="YAML file of parameters that go over all others; empty: none"
    ),
    DeclareLaunchArgument("log_level", default_value="info", choices=LOG_LEVELS, description="what nodes say"),
    DeclareLaunchArgument(
        "use_sim_time", default_value="true", choices=SWITCH, description="RViz follows the simulator; our nodes do"
    ),
    DeclareLaunchArgument("frame_prefix", default_value="", description="before the names of frames, as left/"),
)
"""Of every launch file."""
WATCHING_ARGUMENTS = (
    DeclareLaunchArgument(
        "viewer", default_value="none", choices=["none", "browser", "window", "rviz"], description="where to watch"
    ),
    DeclareLaunchArgument("viewer_host", default_value="127.0.0.1", description="address of the browser viewer"),
    DeclareLaunchArgument("viewer_port", default_value="8080", description="port of the browser viewer"),
    DeclareLaunchArgument("viewer_names", default_value="", description="further names it is reached by, by commas"),
    DeclareLaunchArgument(
        "variant", default_value="pianomime", choices=list(FOREARM_DOFS), description="the hands of the robot"
    ),
    DeclareLaunchArgument("hand_collisions", default_value="false", choices=SWITCH, description="hands collide"),
    DeclareLaunchArgument("joint_prefix", default_value="", description="before the names of joints, as left_"),
    DeclareLaunchArgument("record", default_value="", description="mcap recording of all topics; empty: none"),
    *NODE_ARGUMENTS,
)
"""Of whatever moves hands."""
COMMON_ARGUMENTS = (
    DeclareLaunchArgument("model", default_value="", description="networks of controller onnx; empty: bundled ones"),
    *WATCHING_ARGUMENTS,
    DeclareLaunchArgument("rollout", default_value="", description="npz file to write at the end; empty: none"),
    DeclareLaunchArgument("sound", default_value="false", choices=SWITCH, description="on this machine's audio device"),
    DeclareLaunchArgument("soundfont", default_value="", description="sf2 file of a piano; empty: bundled one"),
    DeclareLaunchArgument("midi_out", default_value="", description="MIDI port to play on; empty: none"),
    DeclareLaunchArgument("virtual_midi_out", default_value="", description="MIDI port to make and play on"),
)


def node_options(text: Mapping[str, str]) -> dict[str, Any]:
    """The fields of `graph_options.NodeOptions`, from what was typed for each of `NODE_ARGUMENTS`.

    Raises (as all here):
        UserError: A value is of another type or out of range; the message names argument, value and legal ones.
    """
    return {
        "namespace": text["namespace"],
        "params_file": optional_path(text["params_file"]),
        "log_level": text["log_level"],
        "use_sim_time": is_true(text["use_sim_time"]),
        "frame_prefix": text["frame_prefix"],
    }


def watching_options(text: Mapping[str, str]) -> dict[str, Any]:
    """The fields of `graph_options.Options` that `WATCHING_ARGUMENTS` stand for."""
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
    """The same for `COMMON_ARGUMENTS`, the music's; nothing is written over what is read, or over one another."""
    rollout, record = optional_path(text["rollout"]), optional_path(text["record"])
    inputs = [optional_path(text.get(name, "")) for name in ("midi", "demo", "soundfont", "params_file")]
    keep_apart([("rollout:=", rollout), ("record:=", record)], inputs)
    if rollout is not None:
        check_file(rollout, "rollout:=", ".npz")
    return {
        **watching_options(text),
        "model": optional_path(text["model"]),
        "rollout": rollout,
        "sound": is_true(text["sound"]),
        "soundfont": optional_path(text["soundfont"]),
        "midi_out": text["midi_out"],
        "virtual_midi_out": text["virtual_midi_out"],
    }


def is_true(text: str) -> bool:
    """What one of `SWITCH` says."""
    return text.lower() == "true"


def optional_path(text: str) -> Path | None:
    """A path; None for empty text."""
    return Path(text) if text else None


def whole_number(name: str, text: str, lowest: int, highest: int) -> int:
    """The whole number typed for an argument, ends included."""
    try:
        value = int(text)
    except ValueError:
        value = lowest - 1
    if not lowest <= value <= highest:
        raise UserError(f"launch argument {name} is {text!r}: it must be a whole number from {lowest} to {highest}")
    return value


def number(name: str, text: str, lowest: float, highest: float) -> float:
    """The number typed for an argument, ends included."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not lowest <= value <= highest:
        raise UserError(f"launch argument {name} is {text!r}: it must be a number from {lowest:g} to {highest:g}")
    return value
