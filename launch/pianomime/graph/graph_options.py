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

"""Options of the graph: for a song, a live session, perception, or following a pianist."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pianomime_core.errors import UserError
from pianomime_core.instruments import EVERYTHING_FOR_A_PIANO, Choice
from pianomime_core.setting import Setting
from pianomime_core.web import LOCALHOST, VIEWER_PORT
from pianomime_policy.controllers.default_controller import DEFAULT_CONTROLLER

ViewerName = Literal["none", "browser", "window", "rviz"]

LONGEST_SESSION_S = 7200.0
"""Two hours: live music is kept in memory until it is scored and written."""


@dataclass(frozen=True, kw_only=True)
class NodeOptions:
    """Options of every node.

    Attributes:
        namespace: Namespace of all nodes and topics; empty for none, or for that of an including launch file.
        params_file: YAML file whose parameters override all others; None for none.
        log_level: Log level of the nodes: debug, info, warn, error or fatal.
        use_sim_time: Standard ROS 2 programs (RViz) use the simulator's /clock; our nodes always use its time.
        frame_prefix: Prefix of frame names, see `pianomime_core.ros_prefixes`.
    """

    namespace: str = ""
    params_file: Path | None = None
    log_level: str = "info"
    use_sim_time: bool = True
    frame_prefix: str = ""


@dataclass(frozen=True, kw_only=True)
class Options(NodeOptions):
    """Options of a graph with a robot.

    Attributes:
        controller: Name of the controller.
        model: Folder of the networks of a trained controller; None for the bundled one.
        viewer: Viewer to start; RViz must be installed with ROS 2.
        viewer_host: Address that the browser viewer listens on.
        viewer_port: Port of the browser viewer.
        viewer_names: Additional host names of the browser viewer.
        variant: The hands, a name of `pianomime_core.hands.FOREARM_DOFS`.
        hand_collisions: Whether fingers and hands collide with one another.
        joint_prefix: Prefix of the names of the hands' joints and actuators.
        rollout: npz file to write at the end; None for none.
        record: Folder, ending in .mcap, for a recording of all topics; None for none.
        sound: Play what is pressed on the audio device.
        soundfont: Soundfont of the piano; None for the bundled one.
        setting: How music is read and played.
        midi_out: MIDI port to play what is pressed on, by name or part of it; empty for none.
        virtual_midi_out: Name of a MIDI port to create and play on; empty for none.
    """

    controller: str = DEFAULT_CONTROLLER
    model: Path | None = None
    viewer: ViewerName = "none"
    viewer_host: str = LOCALHOST
    viewer_port: int = VIEWER_PORT
    viewer_names: tuple[str, ...] = ()
    variant: str = "pianomime"
    hand_collisions: bool = False
    joint_prefix: str = ""
    rollout: Path | None = None
    record: Path | None = None
    sound: bool = False
    soundfont: Path | None = None
    setting: Setting = Setting.BENCHMARK
    midi_out: str = ""
    virtual_midi_out: str = ""


@dataclass(frozen=True, kw_only=True)
class PlayOptions(Options):
    """A song from a file.

    Attributes:
        midi: The song.
        choice: Tracks and channels to play.
        sync: The simulator waits for every command; otherwise real time.
        speed: Playback speed in real time, 1 is as written.
        stay: Whether the graph waits for the next song instead of ending.
        horizon_steps: Rows of the goal window; None for what config/midi.yaml says.
    """

    midi: Path
    choice: Choice = EVERYTHING_FOR_A_PIANO
    sync: bool = False
    speed: float = 1.0
    stay: bool = False
    horizon_steps: int | None = None


@dataclass(frozen=True, kw_only=True)
class LiveOptions(Options):
    """Music from a MIDI keyboard.

    Attributes:
        port: Name of the MIDI port or part of it; empty for the only one.
        virtual: Name of a port to create instead; empty for none.
        delay_s: Delay of the robot; None for the controller's lookahead.
        channel: The only MIDI channel to use, 1..16; 0 for all.
        transpose: Semitones to add.
    """

    port: str = ""
    virtual: str = ""
    delay_s: float | None = None
    channel: int = 0
    transpose: int = 0


@dataclass(frozen=True, kw_only=True)
class PerceptionOptions:
    """The source of the video frames of a pianist.

    Attributes:
        source: Video file, or camera (a number or a device); empty to subscribe to `image_topic`.
        image_topic: Topic of type sensor_msgs/Image.
        corners: Corners of the keyboard in the image, as for `perception_node`; empty to detect it.
    """

    source: str = ""
    image_topic: str = "camera/image_raw"
    corners: str = ""


@dataclass(frozen=True, kw_only=True)
class SeeOptions(NodeOptions):
    """Perception of a pianist, without a robot.

    Attributes:
        perception: Source of the frames.
        rviz: Whether to show the fingertips in RViz.
        record: As in `Options`.
    """

    perception: PerceptionOptions = field(default_factory=PerceptionOptions)
    rviz: bool = False
    record: Path | None = None


@dataclass(frozen=True, kw_only=True)
class FollowOptions(Options):
    """The hands follow a pianist's fingertips.

    Attributes:
        perception: Source of the frames; None if /hands/human_fingertips comes from elsewhere.
    """

    controller: str = "follow"
    perception: PerceptionOptions | None = None


def check_names(options: Options) -> None:
    """Raise an error for values that a ROS parameter cannot hold.

    Raises:
        UserError: The name of a file or port is not UTF-8.
    """
    for option, value in vars(options).items():
        text = os.path.realpath(value) if isinstance(value, Path) else str(value)
        try:
            text.encode()
        except UnicodeEncodeError as error:
            alone = ", or play it with --no-ros" if isinstance(options, PlayOptions | LiveOptions) else ""
            raise UserError(
                f"{option} {text!r}: the name is not in UTF-8, as ROS needs it: change it{alone}"
            ) from error
