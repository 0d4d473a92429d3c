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

"""The performance in a window of MuJoCo's viewer."""

import threading

import glfw
import mujoco
import mujoco.viewer

from pianomime_core.errors import UserError
from pianomime_description import SceneConfig
from pianomime_sim.viewers.base import score_lines
from pianomime_sim.viewers.image import add_bars, point_at_keyboard
from pianomime_sim.viewers.note_bars import note_bars
from pianomime_sim.viewers.posed_scene import PosedScene
from pianomime_sim.viewers.smooth import Frame, SmoothViewer

CLOSE_S = 2.0


class WindowViewer(SmoothViewer):
    """Opens a window on this machine's display.

    Args:
        config: The scene to show.

    Raises:
        UserError: There is no display, or it lacks OpenGL.
    """

    def __init__(self, config: SceneConfig) -> None:
        super().__init__()
        check_display()
        self._scene = PosedScene(config)
        others = set(threading.enumerate())
        self._window = mujoco.viewer.launch_passive(
            self._scene.model, self._scene.data, show_left_ui=False, show_right_ui=False
        )
        self._window_threads = set(threading.enumerate()) - others
        with self._window.lock():
            point_at_keyboard(self._window.cam)
        self.start()

    @property
    def is_open(self) -> bool:
        return super().is_open and self._window.is_running()

    def _draw(self, frame: Frame) -> None:
        if not self._window.is_running():
            return
        with self._window.lock():
            self._scene.pose(frame.snapshot)
            self._scene.paint(frame.snapshot)
            self._window.user_scn.ngeom = 0
            add_bars(self._window.user_scn, note_bars(frame.snapshot, frame.progress))
        words, figures = zip(*score_lines(frame.snapshot), strict=True)
        self._window.set_texts(
            (
                mujoco.mjtFontScale.mjFONTSCALE_150,
                mujoco.mjtGridPos.mjGRID_TOPRIGHT,
                "\n".join(words),
                "\n".join(figures),
            )
        )
        self._window.sync()

    def _close(self) -> None:
        self._window.close()
        # MuJoCo closes the window in its own thread; a process that exits earlier crashes in GLFW.
        for thread in self._window_threads:
            thread.join(CLOSE_S)


def check_display() -> None:
    """Check for a display; without one MuJoCo's viewer would end the whole process.

    Raises:
        UserError: There is no display.
    """
    reporting, glfw.ERROR_REPORTING = glfw.ERROR_REPORTING, "ignore"
    is_there = glfw.init()
    glfw.ERROR_REPORTING = reporting
    if not is_there:
        raise UserError("no display for --viewer window: choose --viewer browser or none, or set DISPLAY")
