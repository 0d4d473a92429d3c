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

"""The parameters of a node as a file, for launch files and the runner. Standard library only."""

import json
from pathlib import Path

from pianomime.graph.node_entry import NodeEntry

EVERY_NODE = "/**/**"
"""The node name in our files. ROS goes by the names in the order in which it first reads them and, of two types under
one name, keeps the first in silence. With a name that users do not write, theirs come after ours however they name the
node, and a wrong type is refused."""


def write_parameters(entry: NodeEntry, folder: Path) -> Path:
    """Write the parameters of a node into `folder`. Strings stay strings: launch_ros would parse them as YAML, and a
    song or port called "2" would become a number."""
    file = folder / f"{entry.name}.yaml"
    file.write_text(json.dumps({EVERY_NODE: {"ros__parameters": entry.parameters}}), encoding="utf-8")
    return file
