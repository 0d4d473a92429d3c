"""The nodes of the graph, once: launch/play.launch.py and the runner without ROS tools both read this table."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pianomime.models import model_folder
from pianomime.songs import share_directory

ViewerName = Literal["none", "browser", "window"]
Value = str | int | float | bool


@dataclass(frozen=True)
class PlayOptions:
    """What to play, who plays it, and who watches.

    Attributes:
        midi: The song.
        controller: Name of the controller.
        model: Folder of the networks of a trained controller; None for the bundled one.
        sync: The simulator waits for every command; otherwise real time.
        viewer: Where to watch.
        viewer_port: Port of the browser viewer on this machine.
        hand_collisions: Fingers and hands collide with one another.
        rollout: npz file to write at the end; None for none.
        horizon_steps: Rows of the goal window; None for what config/midi.yaml says.
    """

    midi: Path
    controller: str = "streaming"
    model: Path | None = None
    sync: bool = False
    viewer: ViewerName = "none"
    viewer_port: int = 8080
    hand_collisions: bool = False
    rollout: Path | None = None
    horizon_steps: int | None = None


@dataclass(frozen=True)
class NodeEntry:
    """One process of the graph.

    Attributes:
        package: ROS package.
        executable: Its console script, in lib/<package> of an installation.
        module: Python module with the same main, for `python -m` where no such script is installed.
        name: Node name.
        config: YAML file with the parameters' defaults; None for those declared in the node.
        parameters: Values over those of the file.
        remappings: (from, to) names of topics.
        ends_graph: The song is over when this node ends well.
        required: The graph cannot go on without this node.
    """

    package: str
    executable: str
    module: str
    name: str
    config: Path | None = None
    parameters: dict[str, Value] = field(default_factory=dict)
    remappings: tuple[tuple[str, str], ...] = ()
    ends_graph: bool = False
    required: bool = True


def node_table(options: PlayOptions, score: Path | None = None) -> tuple[NodeEntry, ...]:
    """Return the nodes that play a song, in the order in which they are started.

    Args:
        options: What is asked for.
        score: json file that the simulator writes at the end; None for none.
    """
    config = share_directory() / "config"
    model = model_folder(options.controller, options.model)
    midi: dict[str, Value] = {"midi": str(options.midi.resolve())}
    if options.horizon_steps is not None:
        midi["horizon_steps"] = options.horizon_steps
    nodes = [
        NodeEntry(
            "pianomime_sim",
            "sim_node",
            "pianomime_sim.sim_node",
            "sim_node",
            config=config / "sim.yaml",
            parameters={
                "sync": options.sync,
                "hand_collisions": options.hand_collisions,
                "controller": options.controller,
                "rollout": str(options.rollout.resolve()) if options.rollout is not None else "",
                "score": str(score.resolve()) if score is not None else "",
                "wait_for": "viewer_node" if options.viewer != "none" else "",
            },
            ends_graph=True,
        ),
        NodeEntry(
            "pianomime_policy",
            "policy_node",
            "pianomime_policy.policy_node",
            "policy_node",
            config=config / "policy.yaml",
            parameters={
                "controller": options.controller,
                "model": str(model.resolve()) if model is not None else "",
                "hand_collisions": options.hand_collisions,
            },
        ),
        NodeEntry(
            "pianomime_policy",
            "midi_node",
            "pianomime_policy.midi_node",
            "midi_node",
            config=config / "midi.yaml",
            parameters=midi,
        ),
    ]
    if options.viewer != "none":
        nodes.append(
            NodeEntry(
                "pianomime_sim",
                "viewer_node",
                "pianomime_sim.viewer_node",
                "viewer_node",
                parameters={"viewer": options.viewer, "port": options.viewer_port},
                # Closing the window is no reason to stop the music.
                required=False,
            )
        )
    return tuple(nodes)
