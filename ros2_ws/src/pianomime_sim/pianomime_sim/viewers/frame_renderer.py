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

"""Renders video frames without a display; set MUJOCO_GL=egl (or osmesa) before MuJoCo is imported."""

import mujoco
import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_description import SceneConfig
from pianomime_sim.viewers.base import Snapshot
from pianomime_sim.viewers.image import add_bars, player_camera
from pianomime_sim.viewers.note_bars import note_bars
from pianomime_sim.viewers.posed_scene import PosedScene

SAMPLES_PER_PIXEL = 4


class FrameRenderer:
    """Draws snapshots as all viewers show them, with the upcoming notes.

    Args:
        config: The scene to show.
        size: (width, height) in pixels.

    Raises:
        UserError: Offscreen rendering is not available.
    """

    def __init__(self, config: SceneConfig, size: tuple[int, int]) -> None:
        width, height = size
        self._scene = PosedScene(config)
        visual = self._scene.model.vis
        visual.global_.offwidth, visual.global_.offheight = width, height
        visual.quality.offsamples = SAMPLES_PER_PIXEL
        self._camera = player_camera()
        try:
            self._renderer = mujoco.Renderer(self._scene.model, height, width)
        except Exception as error:  # without a driver it fails in as many ways as there are drivers
            raise UserError(
                f"pictures cannot be drawn without a display here ({error}): pianomime doctor says what is missing"
            ) from error

    def draw(self, snapshot: Snapshot, progress: float) -> NDArray[np.uint8]:
        """Return one frame, (height, width, 3) sRGB; `progress`, 0..1, is the elapsed part of the row `wanted`."""
        self._scene.pose(snapshot)
        self._scene.paint(snapshot)
        self._renderer.update_scene(self._scene.data, self._camera)
        add_bars(self._renderer.scene, note_bars(snapshot, progress))
        frame: NDArray[np.uint8] = self._renderer.render()
        return frame

    def close(self) -> None:
        """Free the renderer."""
        self._renderer.close()
