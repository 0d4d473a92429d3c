"""What launch files declare and read alike: the arguments behind `graph_options.Options`, but for who plays."""

from pathlib import Path
from typing import Any

from launch.actions import DeclareLaunchArgument

SWITCH = ["true", "false"]
WATCHING_ARGUMENTS = (
    DeclareLaunchArgument(
        "viewer", default_value="none", choices=["none", "browser", "window", "rviz"], description="where to watch"
    ),
    DeclareLaunchArgument("viewer_port", default_value="8080", description="port of the browser viewer"),
    DeclareLaunchArgument("hand_collisions", default_value="false", choices=SWITCH, description="hands collide"),
    DeclareLaunchArgument("record", default_value="", description="mcap recording of all topics; empty: none"),
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


def watching_options(text: dict[str, str]) -> dict[str, Any]:
    """The fields of `graph_options.Options` that `WATCHING_ARGUMENTS` stand for, from what was typed for each."""
    return {
        "viewer": text["viewer"],
        "viewer_port": int(text["viewer_port"]),
        "hand_collisions": text["hand_collisions"] == "true",
        "record": _path(text["record"]),
    }


def common_options(text: dict[str, str]) -> dict[str, Any]:
    """The same for `COMMON_ARGUMENTS`, the music's."""
    return {
        **watching_options(text),
        "model": _path(text["model"]),
        "rollout": _path(text["rollout"]),
        "sound": text["sound"] == "true",
        "soundfont": _path(text["soundfont"]),
        "midi_out": text["midi_out"],
        "virtual_midi_out": text["virtual_midi_out"],
    }


def _path(text: str) -> Path | None:
    return Path(text) if text else None
