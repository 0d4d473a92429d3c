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

"""Checks that the python of the nodes has their requirements: it differs from that of `ros2`, and in a new shell
without the environment it is the wrong one. Standard library only, for launch files."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from pianomime.graph.node_entry import NodeEntry
from pianomime_core.errors import UserError

NEEDED = ("rclpy", "numpy", "mujoco", "mido", "numba")
_PRINT_MISSING = (
    "import sys; from importlib.util import find_spec; print(*(m for m in sys.argv[1:] if not find_spec(m)))"
)


def check_node_python(nodes: Sequence[NodeEntry]) -> None:
    """Check the python of the first installed console script; one line now instead of a traceback of every node.

    Raises:
        UserError: It does not have all of `NEEDED`.
    """
    for node in nodes:
        script = _script(node)
        if node.module and script is not None:
            python = script.read_text(encoding="utf-8").split("\n")[0].removeprefix("#!").split()
            done = subprocess.run([*python, "-c", _PRINT_MISSING, *NEEDED], capture_output=True, text=True)
            if done.returncode == 0 and done.stdout.strip():
                missing = ", ".join(done.stdout.split())
                raise UserError(
                    f"the nodes' python ({' '.join(python)}) does not see {missing}: activate the environment in which "
                    "they are installed (README.md, With ROS 2)"
                )
            return


def _script(node: NodeEntry) -> Path | None:
    for prefix in filter(None, os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)):
        script = Path(prefix) / "lib" / node.package / node.executable
        if script.is_file():
            return script
    return None
