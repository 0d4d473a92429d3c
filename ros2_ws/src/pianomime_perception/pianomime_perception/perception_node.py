"""The node that sees a pianist, where OpenCV and MediaPipe are installed; one line where they are not."""

import sys

from pianomime_core.ros_main import Part, run
from pianomime_perception.installed import check_installed


def make() -> Part:
    """The node.

    Raises:
        UserError: What it needs is not installed, or as `PerceptionNode`.
    """
    check_installed()
    from pianomime_perception.ros_perception import PerceptionNode

    return PerceptionNode()


def main() -> int:
    """Run the node; see pianomime_core.ros_main for the exit codes."""
    return run(make)


if __name__ == "__main__":
    sys.exit(main())
