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

"""The panel of the browser viewer: score and timings, playback controls, cameras, legend.

All browsers show the same values and share pause, restart and speed, because there is one song. A camera applies to the
browser in which it was chosen.
"""

import time
from collections.abc import Callable
from html import escape

import viser

from pianomime_sim.playback_control import FASTEST, SLOWEST
from pianomime_sim.viewers.base import PlaybackCommands, PlaybackStatus, Snapshot, score_lines
from pianomime_sim.viewers.cameras import CAMERAS, Camera
from pianomime_sim.viewers.key_marks import MARK_COLOURS, MARK_WORDS

WIDTH_PX = 260
REFRESH_S = 0.2
"""Texts change this often at most: nobody reads faster, and each change is sent to every browser."""
SPEED_STEP = 0.05


class Panel:
    """Adds itself to a viser server.

    Args:
        server: The server of the page.
        camera: Returns the present pose of a camera in `CAMERAS`.
    """

    def __init__(self, server: viser.ViserServer, camera: Callable[[str], Camera]) -> None:
        self._camera = camera
        self._commands: PlaybackCommands | None = None
        self._paused = False
        self._shown_s = 0.0
        gui = server.gui
        gui.configure_theme(dark_mode=True, show_logo=False, show_share_button=False)
        gui.main_panel.dock_right()
        gui.main_panel.set_width(WIDTH_PX)
        self._score = gui.add_html("")
        # Hidden until a playback status is known.
        self._pause = gui.add_button("Pause", icon=viser.Icon.PLAYER_PAUSE, visible=False)
        self._restart = gui.add_button("Restart", icon=viser.Icon.PLAYER_SKIP_BACK, visible=False)
        self._speed = gui.add_slider("Speed", SLOWEST, FASTEST, SPEED_STEP, FASTEST, visible=False)
        self._pause.on_click(lambda _: self._commands and self._commands.pause(not self._paused))
        self._restart.on_click(lambda _: self._commands and self._commands.restart())
        self._speed.on_update(self._on_speed)
        gui.add_button_group("Camera", tuple(CAMERAS)).on_click(self._on_camera)
        gui.add_html(_legend())

    def connect(self, commands: PlaybackCommands) -> None:
        """Connect the buttons to these commands."""
        self._commands = commands

    def show_playback_status(self, status: PlaybackStatus) -> None:
        """Show pause and restart, and the speed if it can be changed."""
        self._paused = status.paused
        self._pause.label = "Resume" if status.paused else "Pause"
        self._pause.icon = viser.Icon.PLAYER_PLAY if status.paused else viser.Icon.PLAYER_PAUSE
        self._pause.visible = self._restart.visible = True
        self._speed.visible = status.speed is not None
        if status.speed is not None and status.speed != self._speed.value:
            self._speed.value = status.speed

    def show_score(self, snapshot: Snapshot, age_s: float, *, at_once: bool = False) -> None:
        """Show the values of a snapshot and the age of the displayed state, unless they were updated just now."""
        now_s = time.monotonic()
        if at_once or now_s - self._shown_s >= REFRESH_S:
            self._shown_s = now_s
            self._score.content = _table([*score_lines(snapshot), ("Age of frame", _age(age_s))])

    def _on_speed(self, event: viser.GuiEvent[viser.GuiSliderHandle[float]]) -> None:
        # Without a client the slider was moved by this program.
        if event.client is not None and self._commands is not None:
            self._commands.set_speed(event.target.value)

    def _on_camera(self, event: viser.GuiEvent[viser.GuiButtonGroupHandle]) -> None:
        if event.client is not None:
            camera = self._camera(event.target.value)
            with event.client.atomic():
                event.client.camera.position = camera.position_m
                event.client.camera.look_at = camera.target_m


def _age(age_s: float) -> str:
    return f"{1000 * age_s:.0f} ms" if age_s < 1.0 else f"{age_s:.0f} s"


def _table(lines: list[tuple[str, str]]) -> str:
    right = "text-align:right;white-space:nowrap;font-weight:600"
    rows = "".join(
        f"<tr><td>{escape(words)}</td><td style='{right}'>{escape(figure)}</td></tr>" for words, figure in lines
    )
    style = "width:100%;font-size:1.05em;font-variant-numeric:tabular-nums;padding:0.4em 0.8em"
    return f"<table style='{style}'>{rows}</table>"


def _legend() -> str:
    rows = "".join(
        f"<div><span style='display:inline-block;width:1em;height:1em;border-radius:3px;margin-right:0.6em;"
        f"vertical-align:-0.15em;background:rgb{colour}'></span>{MARK_WORDS[mark]}</div>"
        for mark, colour in MARK_COLOURS.items()
    )
    return f"<div style='padding:0.4em 0.8em 0.8em;line-height:1.6'>{rows}</div>"
