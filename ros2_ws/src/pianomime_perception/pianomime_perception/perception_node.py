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

"""The perception node; it ends with one line if OpenCV or MediaPipe is not installed."""

import sys

from pianomime_core.ros_main import Part, run
from pianomime_perception.installed import check_installed


def make() -> Part:
    """Return the node.

    Raises:
        UserError: OpenCV or MediaPipe is not installed, or as `PerceptionNode`.
    """
    check_installed()
    from pianomime_perception.ros_perception import PerceptionNode

    return PerceptionNode()


def main() -> int:
    """Run the node; see pianomime_core.ros_main for the exit codes."""
    return run(make)


if __name__ == "__main__":
    sys.exit(main())
