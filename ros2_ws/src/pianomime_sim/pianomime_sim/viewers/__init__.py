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

"""Viewers of a performance: in the browser, in a window of MuJoCo's viewer, or as images without a display."""

from collections.abc import Sequence

from pianomime_core.errors import unknown_value
from pianomime_core.extras import needs_extra
from pianomime_core.web import LOCALHOST, VIEWER_PORT
from pianomime_description import SceneConfig
from pianomime_sim.viewers.base import Snapshot, Viewer

__all__ = ["VIEWERS", "Snapshot", "Viewer", "open_viewer"]

VIEWERS = ("browser", "window")


def open_viewer(
    name: str, config: SceneConfig, host: str = LOCALHOST, port: int = VIEWER_PORT, names: Sequence[str] = ()
) -> Viewer:
    """Open a viewer; `host`, `port` and `names` are for the browser only, see `BrowserViewer`.

    Raises:
        UserError: Unknown name, busy or illegal port, an address that is not this machine's, no display for a
            window, or something it needs is not installed.
    """
    if name == "browser":
        with needs_extra("viewer browser", "viewer"):
            from pianomime_sim.viewers.browser import BrowserViewer

        return BrowserViewer(config, host=host, port=port, names=names)
    if name == "window":
        with needs_extra("viewer window", "viewer"):
            from pianomime_sim.viewers.window import WindowViewer

        return WindowViewer(config)
    raise unknown_value("viewer", name, VIEWERS)
