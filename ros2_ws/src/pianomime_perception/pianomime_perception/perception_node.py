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
