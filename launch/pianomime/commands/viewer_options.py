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

"""Options for who watches the graph: a viewer, a recording, and the log of the nodes."""

import argparse
from pathlib import Path
from typing import Any

from pianomime.commands.number_types import whole_number
from pianomime.files.outputs import check_writable
from pianomime.terminal import NODE_LOG_LEVEL
from pianomime_core.extras import needs_extra
from pianomime_core.web import LOCALHOST, VIEWER_PORT


def add_viewer(parser: argparse.ArgumentParser) -> None:
    """Add `--viewer --viewer-port --viewer-host --viewer-name --record`."""
    viewers = ("none", "browser", "window", "rviz")
    parser.add_argument("--viewer", choices=viewers, default="none", help="where to show the robot; default none")
    port = f"port of the browser viewer; default {VIEWER_PORT}"
    parser.add_argument("--viewer-port", type=whole_number(1024, 65535), default=VIEWER_PORT, metavar="PORT", help=port)
    hosts = "address of the browser viewer: 127.0.0.1 for this machine only (default), 0.0.0.0 for every network"
    parser.add_argument("--viewer-host", default=LOCALHOST, metavar="ADDRESS", help=hosts)
    names = "another name under which browsers reach it; may be repeated"
    parser.add_argument("--viewer-name", action="append", default=[], metavar="NAME", help=names)
    parser.add_argument("--record", type=Path, metavar="FILE.mcap", help="record all ROS topics, as rosbag2 does")


def viewer_fields(options: argparse.Namespace) -> dict[str, Any]:
    """Return the checked fields of `pianomime.graph.graph_options.Options`.

    Raises:
        UserError: The recording cannot be written.
    """
    if options.record is not None:
        with needs_extra("--record", "record"):
            from pianomime_sim.recording import check_recording
        check_recording(options.record)
        check_writable(options.record.parent, f"--record {str(options.record)!r}")
    return {
        "viewer": options.viewer,
        "viewer_host": options.viewer_host,
        "viewer_port": options.viewer_port,
        "viewer_names": tuple(options.viewer_name),
        "hand_collisions": options.hand_collisions,
        "record": options.record,
        "log_level": NODE_LOG_LEVEL[options.verbosity],
    }
