"""Prefixes that tell the joints and frames of one robot from those of another where both are seen together: on one
/tf, in one RViz, in one table of joints. Topics have namespaces for that.
"""

from collections.abc import Iterable

from visualization_msgs.msg import MarkerArray

from pianomime_core.ros_topics import WORLD

JOINT_PREFIX = "Put before the names of the hands' joints and actuators in messages, as left_"
FRAME_PREFIX = "Put before the names of frames, as robot_state_publisher does it: left/"


def prefixed(prefix: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of a robot's own as its messages carry them."""
    return tuple(f"{prefix}{name}" for name in names)


def world_frame(prefix: str) -> str:
    """Return the frame that the piano stands in."""
    return f"{prefix}{WORLD}"


def in_frame(markers: MarkerArray, frame: str) -> MarkerArray:
    """Return the same markers, said to stand in that frame."""
    for marker in markers.markers:
        marker.header.frame_id = frame
    return markers
