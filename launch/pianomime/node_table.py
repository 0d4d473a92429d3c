"""The nodes of the graph, once: launch/*.launch.py and the runner without ROS tools all read this table."""

from dataclasses import dataclass, field
from pathlib import Path

from pianomime.graph_options import (
    LONGEST_SESSION_S,
    FollowOptions,
    LiveOptions,
    Options,
    PerceptionOptions,
    PlayOptions,
)
from pianomime.live_delay import live_delay_s
from pianomime.models import model_folder
from pianomime.rviz import RVIZ, STATE_PUBLISHER, check_rviz, ros_program
from pianomime.songs import share_directory

Value = str | int | float | bool


@dataclass(frozen=True)
class NodeEntry:
    """One process of the graph.

    Attributes:
        package: ROS package.
        executable: Its console script, in lib/<package> of an installation.
        module: Python module with the same main, for `python -m` where no such script is installed; empty for a
            program of ROS 2 itself.
        name: Node name.
        config: YAML file with the parameters' defaults; None for those declared in the node.
        parameters: Values over those of the file.
        restart_parameters: Values over those when it is started again in the middle of a performance.
        remappings: (from, to) names of topics.
        arguments: Of the program, before those of ROS.
        ends_graph: The song is over when this node ends well.
        required: The graph cannot go on without this node.
    """

    package: str
    executable: str
    module: str
    name: str
    config: Path | None = None
    parameters: dict[str, Value] = field(default_factory=dict)
    restart_parameters: dict[str, Value] = field(default_factory=dict)
    remappings: tuple[tuple[str, str], ...] = ()
    arguments: tuple[str, ...] = ()
    ends_graph: bool = False
    required: bool = True


def node_table(options: PlayOptions | LiveOptions | FollowOptions, score: Path | None = None) -> tuple[NodeEntry, ...]:
    """Return the nodes that play, in the order in which they are started.

    Args:
        options: What is asked for.
        score: json file that the simulator writes at the end; None for none.

    Raises:
        UserError: The delay of live music does not suit the controller.
    """
    nodes = [
        NodeEntry(
            "pianomime_sim",
            "sim_node",
            "pianomime_sim.sim_node",
            "sim_node",
            config=_config("sim"),
            parameters={
                **({"sync": options.sync} if isinstance(options, PlayOptions) else {"session_s": LONGEST_SESSION_S}),
                "hand_collisions": options.hand_collisions,
                "controller": options.controller,
                "rollout": str(options.rollout.resolve()) if options.rollout is not None else "",
                "score": str(score.resolve()) if score is not None else "",
                "wait_for": ",".join(_audience(options)),
            },
            ends_graph=True,
        ),
        *_players(options),
    ]
    if options.viewer == "rviz":
        nodes += _rviz()
    elif options.viewer != "none":
        nodes.append(_viewer(options))
    if _is_heard(options):
        nodes.append(_sound(options))
    if options.record is not None:
        nodes.append(_record(options.record))
    return tuple(nodes)


def perception_table(options: PerceptionOptions, *, wait_for_reader: bool = False) -> tuple[NodeEntry, ...]:
    """Return the node that sees a pianist, alone; with `wait_for_reader` a file begins when somebody reads it."""
    is_file = bool(options.source) and not options.source.isdigit() and Path(options.source).is_file()
    perception = NodeEntry(
        "pianomime_perception",
        "perception_node",
        "pianomime_perception.perception_node",
        "perception_node",
        config=_config("perception"),
        parameters={
            "source": str(Path(options.source).resolve()) if is_file else options.source,
            "image_topic": options.image_topic,
            "corners": options.corners,
            "wait_for_reader": wait_for_reader,
        },
        ends_graph=is_file,
    )
    return (perception,)


def _players(options: PlayOptions | LiveOptions | FollowOptions) -> tuple[NodeEntry, ...]:
    """Who answers states, and whom they listen to."""
    if isinstance(options, FollowOptions):
        seen = perception_table(options.perception, wait_for_reader=True) if options.perception is not None else ()
        return (_follow(options), *seen)
    return (_policy(options), _live(options) if isinstance(options, LiveOptions) else _midi(options))


def _audience(options: Options) -> list[str]:
    watching = {
        "viewer_node": options.viewer not in ("none", "rviz"),
        "sound_node": _is_heard(options),
        "record_node": options.record is not None,
    }
    return [name for name, watches in watching.items() if watches]


def _viewer(options: Options) -> NodeEntry:
    return NodeEntry(
        "pianomime_sim",
        "viewer_node",
        "pianomime_sim.viewer_node",
        "viewer_node",
        parameters={"viewer": options.viewer, "port": options.viewer_port},
        # Closing the window is no reason to stop the music.
        required=False,
    )


def _rviz() -> list[NodeEntry]:
    from pianomime_description.urdf import hands_urdf

    check_rviz()
    rviz = NodeEntry(
        RVIZ,
        RVIZ,
        "",
        RVIZ,
        parameters={"use_sim_time": True},
        arguments=("-d", str(share_directory() / "rviz" / "pianomime.rviz")),
        required=False,
    )
    if ros_program(STATE_PUBLISHER) is None:
        return [rviz]
    frames = NodeEntry(
        STATE_PUBLISHER,
        STATE_PUBLISHER,
        "",
        STATE_PUBLISHER,
        parameters={"robot_description": hands_urdf(), "use_sim_time": True},
        remappings=(("joint_states", "/hands/joint_states"),),
        required=False,
    )
    return [rviz, frames]


def _is_heard(options: Options) -> bool:
    return bool(options.sound or options.midi_out or options.virtual_midi_out)


def _record(file: Path) -> NodeEntry:
    return NodeEntry(
        "pianomime_sim",
        "record_node",
        "pianomime_sim.record_node",
        "record_node",
        parameters={"file": str(file.resolve())},
        # The song goes on unrecorded.
        required=False,
    )


def _policy(options: Options) -> NodeEntry:
    model = model_folder(options.controller, options.model)
    return NodeEntry(
        "pianomime_policy",
        "policy_node",
        "pianomime_policy.policy_node",
        "policy_node",
        config=_config("policy"),
        parameters={
            "controller": options.controller,
            "model": str(model.resolve()) if model is not None else "",
            "hand_collisions": options.hand_collisions,
        },
    )


def _follow(options: FollowOptions) -> NodeEntry:
    return NodeEntry(
        "pianomime_policy",
        "follow_node",
        "pianomime_policy.follow_node",
        "follow_node",
        config=_config("follow"),
    )


def _sound(options: Options) -> NodeEntry:
    return NodeEntry(
        "pianomime_sim",
        "sound_node",
        "pianomime_sim.sound_node",
        "sound_node",
        parameters={
            "speaker": options.sound,
            "soundfont": str(options.soundfont.resolve()) if options.soundfont is not None else "",
            "midi_out": options.midi_out,
            "virtual_midi_out": options.virtual_midi_out,
        },
        # The song goes on unheard.
        required=False,
    )


def _midi(options: PlayOptions) -> NodeEntry:
    parameters: dict[str, Value] = {"midi": str(options.midi.resolve())}
    for name, numbers in (("tracks", options.choice.tracks), ("channels", options.choice.channels)):
        if numbers:
            parameters[name] = ",".join(map(str, numbers))
    if options.horizon_steps is not None:
        parameters["horizon_steps"] = options.horizon_steps
    return NodeEntry(
        "pianomime_policy",
        "midi_node",
        "pianomime_policy.midi_node",
        "midi_node",
        config=_config("midi"),
        parameters=parameters,
    )


def _live(options: LiveOptions) -> NodeEntry:
    return NodeEntry(
        "pianomime_policy",
        "live_node",
        "pianomime_policy.live_node",
        "live_node",
        config=_config("live"),
        parameters={
            "port": options.port,
            "virtual": options.virtual,
            "delay_s": live_delay_s(options.controller, options.delay_s),
            "channel": options.channel,
            "transpose": options.transpose,
        },
        # The keyboard may be gone by then: no reason to end.
        restart_parameters={"wait_for_port": True},
    )


def _config(name: str) -> Path:
    return share_directory() / "config" / f"{name}.yaml"
