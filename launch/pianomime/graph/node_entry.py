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

"""One process of the graph, for launch files and for the runner."""

from dataclasses import dataclass, field
from pathlib import Path

Value = str | int | float | bool

STOP_S = 1.5
"""How long a process may take to end once asked."""
WRITE_S = 10.0
"""The same for one that writes files, such as a recording or a long rollout on a slow disk."""


@dataclass(frozen=True)
class NodeEntry:
    """One process of the graph.

    Attributes:
        package: ROS package.
        executable: Console script in lib/<package> of an installation.
        module: Python module with the same main, for `python -m` if no such script is installed; empty for a standard
            ROS 2 program.
        name: Node name.
        config: YAML file with default parameters; None for those declared in the node.
        parameters: Values that override the file.
        restart_parameters: Values that override those when the node is restarted in the middle of a performance.
        params_file: YAML file of the user, which overrides all of them; None for none.
        remappings: (from, to) names of topics.
        arguments: Program arguments, before those of ROS.
        namespace: Namespace of the node; empty for that of its launch context.
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
