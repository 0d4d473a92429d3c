"""What a graph of nodes is asked for: a song, a live session, a pianist to be watched or followed."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pianomime_core.errors import UserError
from pianomime_core.instruments import EVERYTHING_FOR_A_PIANO, Choice
from pianomime_core.web import LOCALHOST, VIEWER_PORT
from pianomime_policy.controllers.default_controller import DEFAULT_CONTROLLER

ViewerName = Literal["none", "browser", "window", "rviz"]

LONGEST_SESSION_S = 7200.0
"""Two hours: live music is kept in memory until it is scored and written."""


@dataclass(frozen=True, kw_only=True)
class NodeOptions:
    """How every node is started.

    Attributes:
        namespace: Of all nodes and their topics; empty for none, or for that of a launch file around ours.
        params_file: YAML file whose parameters go over all others; None for none.
        log_level: What nodes say: debug, info, warn, error or fatal.
        use_sim_time: Programs of ROS 2's own (RViz) follow the simulator's /clock; our nodes always do.
        frame_prefix: Before the names of frames, as `pianomime_core.ros_prefixes` tells.
    """

    namespace: str = ""
    params_file: Path | None = None
    log_level: str = "info"
    use_sim_time: bool = True
    frame_prefix: str = ""


@dataclass(frozen=True, kw_only=True)
class Options(NodeOptions):
    """Who plays, and who watches.

    Attributes:
        controller: Name of the controller.
        model: Folder of the networks of a trained controller; None for the bundled one.
        viewer: Where to watch; RViz is a program of ROS 2's own.
        viewer_host: Address that the browser viewer listens on.
        viewer_port: Its port.
        viewer_names: Further names under which browsers reach it.
        variant: The hands, a name of `pianomime_core.hands.FOREARM_DOFS`.
        hand_collisions: Fingers and hands collide with one another.
        joint_prefix: Before the names of the hands' joints and actuators.
        rollout: npz file to write at the end; None for none.
        record: Recording of all topics to write, a folder that ends in .mcap; None for none.
        sound: What is pressed is heard on the machine's audio device.
        soundfont: Piano for it; None for the bundled one.
        midi_out: MIDI port for what is pressed, by name or a part of it; empty for none.
        virtual_midi_out: Name of a MIDI port to make for it; empty for none.
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
    midi_out: str = ""
    virtual_midi_out: str = ""


@dataclass(frozen=True, kw_only=True)
class PlayOptions(Options):
    """A song from a file.

    Attributes:
        midi: The song.
        choice: Tracks and channels of it to play.
        sync: The simulator waits for every command; otherwise real time.
        speed: How fast it is played in real time, 1 is as written.
        stay: The graph does not end with the song but waits for the next.
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
        port: Its name or a part of it; empty for the only one.
        virtual: Name of a port to make instead; empty for none.
        delay_s: How much later the robot plays; None for what the controller looks ahead.
        channel: The one MIDI channel to hear, 1..16; 0 for all.
        transpose: Semitones to add.
    """

    port: str = ""
    virtual: str = ""
    delay_s: float | None = None
    channel: int = 0
    transpose: int = 0


@dataclass(frozen=True, kw_only=True)
class PerceptionOptions:
    """Where pictures of a pianist come from.

    Attributes:
        source: Video file, or camera (a number or a device); empty to listen to `image_topic`.
        image_topic: sensor_msgs/Image.
        corners: Of the keyboard in the picture, as `perception_node` takes them; empty to look for it.
    """

    source: str = ""
    image_topic: str = "camera/image_raw"
    corners: str = ""


@dataclass(frozen=True, kw_only=True)
class SeeOptions(NodeOptions):
    """A pianist is watched, and no robot is there.

    Attributes:
        perception: Where the pictures come from.
        rviz: The fingertips are shown in RViz.
        record: As of `Options`.
    """

    perception: PerceptionOptions = field(default_factory=PerceptionOptions)
    rviz: bool = False
    record: Path | None = None


@dataclass(frozen=True, kw_only=True)
class FollowOptions(Options):
    """The hands follow a pianist's fingertips.

    Attributes:
        perception: Who sees them; None if /hands/human_fingertips comes from elsewhere.
    """

    controller: str = "follow"
    perception: PerceptionOptions | None = None


def check_names(options: Options) -> None:
    """Refuse what no ROS parameter can hold.

    Raises:
        UserError: The name of a file or port is not in UTF-8.
    """
    for option, value in vars(options).items():
        text = os.path.realpath(value) if isinstance(value, Path) else str(value)
        try:
            text.encode()
        except UnicodeEncodeError as error:
            alone = ", or play it with --no-ros" if isinstance(options, PlayOptions) else ""
            raise UserError(
                f"{option} {text!r}: the name is not in UTF-8, as ROS needs it: change it{alone}"
            ) from error
