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

"""Environment variables that every ROS process of ours needs, whatever starts it."""

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pianomime_core.errors import UserError

DEFAULT_DOMAIN = 0
HIGHEST_DOMAIN = 101
"""Above it the ports of DDS collide with Linux's ephemeral ports (ROS 2 documentation, "The ROS_DOMAIN_ID")."""

DISCOVERY = "ROS_AUTOMATIC_DISCOVERY_RANGE"
LOG_FOLDER = "ROS_LOG_DIR"
PROFILES = "FASTDDS_DEFAULT_PROFILES_FILE"
LOOPBACK = Path(__file__).with_name("dds_loopback.xml")
"""The transport of Fast DDS within one machine; docs/ros.md says why shared memory is not used."""
_CHOSEN_BY_USER = (DISCOVERY, PROFILES, "FASTRTPS_DEFAULT_PROFILES_FILE", "ROS_STATIC_PEERS")
_WITH_FAST_DDS_2 = ("humble", "iron", "jazzy")
"""Distributions whose Fast DDS cannot read LOOPBACK."""


def missing_ros_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings to add to `environ`; settings of the user are never overridden.

    Discovery and messages stay on this machine: by default DDS multicasts on every interface and two robots in one
    office would receive each other's messages. rclpy from wheels has its resource index in the environment's prefix
    but does not announce it.
    """
    wanted = {"AMENT_PREFIX_PATH": sys.prefix, DISCOVERY: "LOCALHOST"}
    fast_dds = environ.get("RMW_IMPLEMENTATION", "") in ("", "rmw_fastrtps_cpp", "rmw_fastrtps_dynamic_cpp")
    if (
        fast_dds
        and environ.get("ROS_DISTRO") not in _WITH_FAST_DDS_2
        and not any(environ.get(name) for name in _CHOSEN_BY_USER)
    ):
        # "LOCALHOST" would add ROS 2's own transports to those of the file; this range leaves them alone.
        wanted |= {DISCOVERY: "SYSTEM_DEFAULT", PROFILES: str(LOOPBACK)}
    return {name: value for name, value in wanted.items() if not environ.get(name)}


def stays_on_this_machine(environ: Mapping[str, str]) -> bool:
    """Return whether a graph with these settings, completed by `missing_ros_settings`, is visible on this machine
    only."""
    settings = {**environ, **missing_ros_settings(environ)}
    if settings[DISCOVERY] == "SYSTEM_DEFAULT":
        return settings.get(PROFILES) == str(LOOPBACK)
    return settings[DISCOVERY] in ("LOCALHOST", "OFF")


def complete_ros_environment() -> None:
    """Add missing settings to the environment of this process; call it before rclpy is initialised.

    If no log can be written in the home folder, it goes to a temporary folder; ROS would not start otherwise.
    """
    os.environ.update(missing_ros_settings(os.environ))
    if not os.environ.get(LOG_FOLDER) and not _is_writable(_usual_log_folder(os.environ)):
        os.environ[LOG_FOLDER] = tempfile.mkdtemp(prefix="pianomime-log-")


def _usual_log_folder(environ: Mapping[str, str]) -> Path:
    home = environ.get("ROS_HOME") or os.path.join(os.path.expanduser("~"), ".ros")
    return Path(home) / "log"


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.access(folder, os.W_OK)
    except OSError:
        return False


def domain_id(environ: Mapping[str, str]) -> int:
    """Return the DDS domain that `ROS_DOMAIN_ID` names (0 without it).

    Raises:
        UserError: It is not a whole number in the legal range.
    """
    text = environ.get("ROS_DOMAIN_ID", "").strip() or str(DEFAULT_DOMAIN)
    if not (text.isascii() and text.isdigit() and int(text) <= HIGHEST_DOMAIN):
        raise UserError(f"ROS_DOMAIN_ID is {text!r}: it must be a whole number from 0 to {HIGHEST_DOMAIN}")
    return int(text)
