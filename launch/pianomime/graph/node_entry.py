"""One process of the graph, as launch files and the runner without ROS tools start it."""

from dataclasses import dataclass, field
from pathlib import Path

Value = str | int | float | bool

STOP_S = 1.5
"""How long a process may take to end by itself once asked."""
WRITE_S = 10.0
"""The same for one that has files to write: a recording, hours of a rollout on a slow disk."""


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
        params_file: YAML file of the user's, over all of them; None for none.
        remappings: (from, to) names of topics.
        arguments: Of the program, before those of ROS.
        namespace: Of the node; empty for that of whoever starts it.
        log_level: debug, info, warn, error or fatal.
        ends_graph: The song is over when this node ends well.
        required: The graph cannot go on without this node.
        stop_s: How long it may take to end once asked.
    """

    package: str
    executable: str
    module: str
    name: str
    config: Path | None = None
    parameters: dict[str, Value] = field(default_factory=dict)
    restart_parameters: dict[str, Value] = field(default_factory=dict)
    params_file: Path | None = None
    remappings: tuple[tuple[str, str], ...] = ()
    arguments: tuple[str, ...] = ()
    namespace: str = ""
    log_level: str = "info"
    ends_graph: bool = False
    required: bool = True
    stop_s: float = STOP_S
