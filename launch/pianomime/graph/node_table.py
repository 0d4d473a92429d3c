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

"""The table of nodes of the graph, used by launch/*.launch.py and by the runner."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pianomime.files.models import model_folder
from pianomime.files.shared_files import share_directory
from pianomime.graph.graph_options import (
    LONGEST_SESSION_S,
    FollowOptions,
    LiveOptions,
    NodeOptions,
    Options,
    PerceptionOptions,
    PlayOptions,
    SeeOptions,
)
from pianomime.graph.live_delay import launched_delay_s
from pianomime.graph.node_entry import WRITE_S, NodeEntry, Value
from pianomime.graph.rviz import frames_nodes, rviz_node
from pianomime_core.errors import UserError

__all__ = ["NodeEntry", "node_table", "perception_table"]


def node_table(options: PlayOptions | LiveOptions | FollowOptions, score: Path | None = None) -> tuple[NodeEntry, ...]:
    """Return the nodes of a graph with a robot, in starting order.

    Args:
        options: Options of the graph.
        score: json file that the simulator writes at the end; None for none.

    Raises:
        UserError: The delay of live music does not suit the controller, RViz is not installed, or the parameter file
            does not exist.
    """
    nodes = [
        NodeEntry(
            "pianomime_sim",
            "sim_node",
            "pianomime_sim.sim_node",
            "sim_node",
            config=_config("sim"),
            parameters={
                **_length(options),
                "variant": options.variant,
                "hand_collisions": options.hand_collisions,
                **_prefixes(options),
                "controller": options.controller,
                "rollout": str(options.rollout.resolve()) if options.rollout is not None else "",
                "score": str(score.resolve()) if score is not None else "",
                "wait_for": ",".join(_awaited_subscribers(options)),
            },
            restart_parameters={"takes_over": True},
            ends_graph=True,
            stop_s=WRITE_S,
        ),
        *_players(options),
    ]
    if options.viewer == "rviz":
        nodes.append(rviz_node(options))
    elif options.viewer != "none":
        nodes.append(_viewer(options))
    # A recording has no /tf without them.
    if options.viewer == "rviz" or options.record is not None:
        nodes += frames_nodes(options)
    if _has_sound(options):
        nodes.append(_sound(options))
    if options.record is not None:
        nodes.append(_record(options.record))
    return _as_asked(nodes, options)


def perception_table(options: SeeOptions) -> tuple[NodeEntry, ...]:
    """Return the nodes for perception without a robot; a video file starts when the recorder is ready.

    Raises:
        UserError: As `node_table`.
    """
    nodes = [_perception(options.perception, options.frame_prefix, wait_for_reader=options.record is not None)]
    if options.rviz:
        nodes.append(rviz_node(options))
    if options.record is not None:
        nodes.append(_record(options.record))
    return _as_asked(nodes, options)


def _as_asked(nodes: Sequence[NodeEntry], options: NodeOptions) -> tuple[NodeEntry, ...]:
    file = options.params_file
    if file is not None and not file.is_file():
        raise UserError(f"no such file of parameters: {str(file)!r}")
    params_file = file.resolve() if file is not None else None
    return tuple(
        replace(node, namespace=options.namespace, log_level=options.log_level, params_file=params_file)
        for node in nodes
    )


def _length(options: PlayOptions | LiveOptions | FollowOptions) -> dict[str, Value]:
    """Return the parameters for the end and the speed of the simulation."""
    if isinstance(options, PlayOptions):
        return {"sync": options.sync, "speed": options.speed, "stay": options.stay}
    return {"session_s": LONGEST_SESSION_S}


def _prefixes(options: Options) -> dict[str, Value]:
    """Return the parameters for prefixes of joints and frames."""
    return {"joint_prefix": options.joint_prefix, "frame_prefix": options.frame_prefix}


def _perception(options: PerceptionOptions, frame_prefix: str, *, wait_for_reader: bool) -> NodeEntry:
    is_file = bool(options.source) and not options.source.isdigit() and Path(options.source).is_file()
    return NodeEntry(
        "pianomime_perception",
        "perception_node",
        "pianomime_perception.perception_node",
        "perception_node",
        config=_config("perception"),
        parameters={
            "source": str(Path(options.source).resolve()) if is_file else options.source,
            "image_topic": options.image_topic,
            "corners": options.corners,
            "frame_prefix": frame_prefix,
            "wait_for_reader": wait_for_reader,
        },
        ends_graph=is_file,
    )


def _players(options: PlayOptions | LiveOptions | FollowOptions) -> tuple[NodeEntry, ...]:
    """Return the node that answers states, and its source of goals or fingertips."""
    if isinstance(options, FollowOptions):
        if options.perception is None:
            return (_follow(options),)
        return (_follow(options), _perception(options.perception, options.frame_prefix, wait_for_reader=True))
    return (_policy(options), _live(options) if isinstance(options, LiveOptions) else _midi(options))


def _awaited_subscribers(options: Options) -> list[str]:
    watching = {
        "viewer_node": options.viewer not in ("none", "rviz"),
        "sound_node": _has_sound(options),
        "record_node": options.record is not None,
    }
    return [name for name, watches in watching.items() if watches]


def _viewer(options: Options) -> NodeEntry:
    return NodeEntry(
        "pianomime_sim",
        "viewer_node",
        "pianomime_sim.viewer_node",
        "viewer_node",
        parameters={
            "viewer": options.viewer,
            "host": options.viewer_host,
            "port": options.viewer_port,
            "names": ",".join(options.viewer_names),
            "variant": options.variant,
            "joint_prefix": options.joint_prefix,
        },
        # Closing the window is no reason to stop the music.
        required=False,
    )


def _has_sound(options: Options) -> bool:
    return bool(options.sound or options.midi_out or options.virtual_midi_out)


def _record(file: Path) -> NodeEntry:
    return NodeEntry(
        "pianomime_sim",
        "record_node",
        "pianomime_sim.record_node",
        "record_node",
        parameters={"file": str(file.resolve())},
        # The song continues unrecorded.
        required=False,
        stop_s=WRITE_S,
    )


def _policy(options: Options) -> NodeEntry:
    model = model_folder(options.controller, options.model)
    return NodeEntry(
        "pianomime_policy",
        "policy_node",
        "pianomime_policy.nodes.policy_node",
        "policy_node",
        config=_config("policy"),
        parameters={
            "controller": options.controller,
            "model": str(model.resolve()) if model is not None else "",
            "variant": options.variant,
            "hand_collisions": options.hand_collisions,
            "setting": str(options.setting),
            **_prefixes(options),
        },
    )


def _follow(options: FollowOptions) -> NodeEntry:
    return NodeEntry(
        "pianomime_policy",
        "follow_node",
        "pianomime_policy.nodes.follow_node",
        "follow_node",
        config=_config("follow"),
        parameters={"variant": options.variant, **_prefixes(options)},
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
        # The song continues without sound.
        required=False,
    )


def _midi(options: PlayOptions) -> NodeEntry:
    parameters: dict[str, Value] = {
        "midi": str(options.midi.resolve()),
        "songs": str((share_directory() / "songs").resolve()),
        "setting": str(options.setting),
    }
    for name, numbers in (("tracks", options.choice.tracks), ("channels", options.choice.channels)):
        if numbers:
            parameters[name] = ",".join(map(str, numbers))
    if options.horizon_steps is not None:
        parameters["horizon_steps"] = options.horizon_steps
    return NodeEntry(
        "pianomime_midi",
        "midi_node",
        "pianomime_midi.midi_node",
        "midi_node",
        config=_config("midi"),
        parameters=parameters,
    )


def _live(options: LiveOptions) -> NodeEntry:
    return NodeEntry(
        "pianomime_midi",
        "live_node",
        "pianomime_midi.live_node",
        "live_node",
        config=_config("live"),
        parameters={
            "port": options.port,
            "virtual": options.virtual,
            "delay_s": launched_delay_s(options.controller, options.delay_s),
            "channel": options.channel,
            "transpose": options.transpose,
            "setting": str(options.setting),
        },
        # The keyboard may be gone by then, which is no reason to end.
        restart_parameters={"wait_for_port": True},
    )


def _config(name: str) -> Path:
    return share_directory() / "config" / f"{name}.yaml"
