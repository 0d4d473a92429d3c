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

"""The performance in a web browser, with viser; its page is part of its wheel, so no internet access is needed."""

import asyncio
import contextlib
import io
import logging
import math
from collections.abc import Sequence

import mujoco
import numpy as np
import viser
from mjviser.conversions import merge_geoms
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD
from pianomime_core.web import LOCALHOST, VIEWER_PORT
from pianomime_description import SceneConfig
from pianomime_sim.viewers.base import PlaybackCommands, PlaybackStatus, Snapshot
from pianomime_sim.viewers.browser_panel import Panel
from pianomime_sim.viewers.cameras import CAMERAS
from pianomime_sim.viewers.key_marks import MARK_COLOURS, KeyMark, key_colours, key_marks
from pianomime_sim.viewers.memory import GIVE_BACK_PERIOD_S, give_back, give_large_pieces_back
from pianomime_sim.viewers.note_bars import note_bars
from pianomime_sim.viewers.port import check_port, port_is_taken
from pianomime_sim.viewers.posed_scene import CAMERA_FOV_DEG, CAMERA_POSITION_M, CAMERA_TARGET_M, PosedScene
from pianomime_sim.viewers.smooth import Frame, SmoothViewer
from pianomime_sim.viewers.web_guard import ANY_ADDRESS, LOCAL_NAMES, WebGuard, accept_panel_messages_only, guarded

MAX_BARS = 512
"""Maximum number of upcoming notes drawn; two seconds of the densest music have fewer."""
VISIBLE_GROUPS = 3
"""MuJoCo's convention: geom groups 0 to 2 are visual, higher ones are for collisions."""
AMBIENT_LIGHT = 2.0
LAMP_LIGHT = 1.3
LAMP_POSITION_M = (0.6, 0.5, 2.0)

_CUBE = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
_CUBE_FACES = np.array(
    [
        *([0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5]),
        *([0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6]),
        *([0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]),
    ]
)


class BrowserViewer(SmoothViewer):
    """Serves the scene at `url` to any number of browsers.

    Args:
        config: The scene to show.
        host: Address to listen on; 127.0.0.1 is reachable from this machine only.
        port: TCP port in [1, 65535], or 0 for any free one.
        names: Additional host names under which browsers reach it, besides `host` and those of this machine.

    Raises:
        UserError: The port is taken or illegal, or the address does not belong to this machine.
    """

    def __init__(
        self, config: SceneConfig, host: str = LOCALHOST, port: int = VIEWER_PORT, names: Sequence[str] = ()
    ) -> None:
        super().__init__()
        check_port(host, port)
        self._scene = PosedScene(config)
        # Browsers open spare connections and drop them, which websockets logs as errors.
        logging.getLogger("websockets.server").setLevel(logging.CRITICAL)
        give_large_pieces_back()
        with _silence(), guarded(WebGuard(host, names)):
            self._server = viser.ViserServer(host=host, port=port, label="PianoMime", verbose=False)
        accept_panel_messages_only(self._server)
        self._giving_back = False
        self._server._websock_server.on_client_disconnect(self._on_leave)
        if port not in (0, self._server.get_port()):
            # The port was taken since the check, and viser chose the next one without asking.
            self._close()
            raise port_is_taken(host, port)
        self.url = _url(host, self._server.get_port())
        self._set_stage()
        self._links = self._add_links()
        self._keys = self._add_boxes("/keys", len(self._scene.key_geoms))
        self._bars = self._add_boxes("/notes", MAX_BARS)
        self._panel = Panel(self._server, lambda name: CAMERAS[name](self._scene))
        self._show_links()
        self._show_keys(key_colours(np.full(len(self._scene.key_geoms), KeyMark.REST)))
        print(f"viewer: open {self.url} in a browser", flush=True)
        if host not in LOCAL_NAMES:
            print(
                f"viewer: warning: whoever reaches {host} can watch, pause, slow and restart: no password is asked",
                flush=True,
            )
        self.start()

    def connect(self, commands: PlaybackCommands) -> None:
        """Connect the buttons to these commands."""
        self._panel.connect(commands)

    def show_playback_status(self, status: PlaybackStatus) -> None:
        """Show the controls for this status; before the first call none are shown."""
        self._panel.show_playback_status(status)

    def _draw(self, frame: Frame) -> None:
        self._scene.pose(frame.snapshot)
        with self._server.atomic():
            self._show_links()
            self._show_keys(key_colours(key_marks(frame.snapshot)))
            self._show_bars(frame)
        self._panel.show_score(frame.snapshot, frame.age_s)

    def _idle(self, snapshot: Snapshot, age_s: float) -> None:
        self._panel.show_score(snapshot, age_s, at_once=True)

    def _close(self) -> None:
        with _silence():
            loop = self._server.get_event_loop()
            loop.call_soon_threadsafe(_hang_up, loop)
            self._server.stop()

    def _on_leave(self, page: object) -> None:
        if not self._giving_back:
            self._giving_back = True
            self._server.get_event_loop().call_later(GIVE_BACK_PERIOD_S, self._give_back)

    def _give_back(self) -> None:
        self._giving_back = False
        give_back()

    def _set_stage(self) -> None:
        """Set the camera in front of and above the keyboard, and dim lights."""
        # The default lights wash out the colours of the keys.
        self._server.scene.configure_default_lights(enabled=False)
        self._server.scene.configure_environment_map(None)
        self._server.scene.add_light_ambient("/ambient", intensity=AMBIENT_LIGHT)
        self._server.scene.add_light_directional("/lamp", intensity=LAMP_LIGHT, position=LAMP_POSITION_M)
        self._server.initial_camera.position = CAMERA_POSITION_M
        self._server.initial_camera.look_at = CAMERA_TARGET_M
        self._server.initial_camera.fov = math.radians(CAMERA_FOV_DEG)

    def _add_links(self) -> dict[int, viser.GlbHandle]:
        """Add one mesh per body that is not a key; return them by body."""
        model, keys = self._scene.model, set(self._scene.key_geoms)
        links = {}
        for body in range(model.nbody):
            first = model.body_geomadr[body]
            geoms = [
                geom
                for geom in range(first, first + model.body_geomnum[body])
                if geom not in keys
                and model.geom_group[geom] < VISIBLE_GROUPS
                and model.geom_type[geom] != mujoco.mjtGeom.mjGEOM_PLANE
            ]
            if geoms:
                name = f"/bodies/{body}/{model.body(body).name}"
                links[body] = self._server.scene.add_mesh_trimesh(name, merge_geoms(model, geoms))
        return links

    def _add_boxes(self, name: str, number: int) -> viser.BatchedMeshHandle:
        return self._server.scene.add_batched_meshes_simple(
            name,
            vertices=_CUBE,
            faces=_CUBE_FACES,
            batched_wxyzs=np.tile([1.0, 0.0, 0.0, 0.0], (number, 1)),
            batched_positions=np.zeros((number, 3)),
            batched_scales=np.zeros((number, 3)),
            batched_colors=np.zeros((number, 3), dtype=np.uint8),
            flat_shading=True,
            lod="off",
        )

    def _show_links(self) -> None:
        data = self._scene.data
        for body, link in self._links.items():
            link.position = data.xpos[body]
            link.wxyz = data.xquat[body]

    def _show_keys(self, colours: NDArray[np.uint8]) -> None:
        geoms, data = self._scene.key_geoms, self._scene.data
        self._keys.batched_scales = np.column_stack([KEYBOARD.length_m, KEYBOARD.width_m, KEYBOARD.height_m])
        self._keys.batched_positions = data.geom_xpos[geoms]
        self._keys.batched_wxyzs = data.xquat[self._scene.model.geom_bodyid[geoms]]
        self._keys.batched_colors = _linear(colours)

    def _show_bars(self, frame: Frame) -> None:
        bars = note_bars(frame.snapshot, frame.progress)
        number = min(len(bars.keys), MAX_BARS)
        positions, sizes = np.zeros((MAX_BARS, 3)), np.zeros((MAX_BARS, 3))
        positions[:number], sizes[:number] = bars.centers_m[:number], bars.sizes_m[:number]
        self._bars.batched_positions = positions
        self._bars.batched_scales = sizes
        self._bars.batched_colors = np.tile(
            _linear(np.array(MARK_COLOURS[KeyMark.COMING], dtype=np.uint8)), (MAX_BARS, 1)
        )


def _hang_up(loop: asyncio.AbstractEventLoop) -> None:
    """End all connections of viser's server without a closing handshake; called in its event loop.

    Otherwise it would wait seconds for pages that render in software, and for spare connections that browsers open and
    never use.
    """
    for task in asyncio.all_tasks(loop):
        if getattr(task.get_coro(), "__name__", "") == "conn_handler":
            task.cancel()


def _url(host: str, port: int) -> str:
    """Return the URL to open on this machine."""
    here = LOCAL_NAMES[0] if host in ANY_ADDRESS else host
    return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"


def _silence() -> contextlib.AbstractContextManager[object]:
    """Suppress the messages that viser prints regardless of `verbose`."""
    return contextlib.redirect_stdout(io.StringIO())


def _linear(colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return sRGB colours as linear ones, which viser's page expects for batched meshes."""
    share = colours / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.rint(linear * 255).astype(np.uint8)
