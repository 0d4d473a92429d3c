"""What the environment of a ROS process must hold, whoever starts it."""

import os
import sys
from collections.abc import Mapping

from pianomime_core.errors import UserError

DEFAULT_DOMAIN = 0
HIGHEST_DOMAIN = 101
"""Above it the ports of DDS collide with Linux's ephemeral ports (ROS 2 documentation, "The ROS_DOMAIN_ID")."""


def missing_ros_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings to add to `environ`; what the user has set is never overridden.

    Discovery stays on this machine: by default DDS multicasts on every interface and two robots in one office would
    hear each other. rclpy installed from wheels has its resource index in the environment's prefix and says so nowhere.
    """
    wanted = {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST", "AMENT_PREFIX_PATH": sys.prefix}
    return {name: value for name, value in wanted.items() if not environ.get(name)}


def complete_ros_environment() -> None:
    """Add what is missing to the environment of this process; to be called before rclpy is initialised."""
    os.environ.update(missing_ros_settings(os.environ))


def domain_id(environ: Mapping[str, str]) -> int:
    """Return the DDS domain that `ROS_DOMAIN_ID` names (0 without it).

    Raises:
        UserError: It is no whole number in the legal range.
    """
    text = environ.get("ROS_DOMAIN_ID", "").strip() or str(DEFAULT_DOMAIN)
    if not (text.isascii() and text.isdigit() and int(text) <= HIGHEST_DOMAIN):
        raise UserError(f"ROS_DOMAIN_ID is {text!r}: it must be a whole number from 0 to {HIGHEST_DOMAIN}")
    return int(text)
