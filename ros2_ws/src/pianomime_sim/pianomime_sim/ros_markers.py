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

"""Keyboard, upcoming notes and hands as markers in frame `world`, which RViz or any ROS viewer can show without our
models.
"""

import mujoco
import numpy as np
from geometry_msgs.msg import Point
from numpy.typing import NDArray
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker, MarkerArray

from pianomime_core.hands import SIDES
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.ros_messages import stamp_of
from pianomime_core.ros_topics import WORLD
from pianomime_sim.viewers.base import Snapshot
from pianomime_sim.viewers.key_marks import BLACK_KEY_COLOUR, MARK_COLOURS, KeyMark, key_colours, key_marks
from pianomime_sim.viewers.note_bars import note_bars

_BONE_WIDTH_M = 0.006
_BONE_COLOUR = (0xC8, 0xC8, 0xC8)
_BASE_HEIGHT_M = 0.005
_FRONT = ((1, -1, -1), (1, 1, -1), (1, 1, 1), (1, -1, 1))
"""The corners of a box's side towards the player."""


class MarkerMaker:
    """Makes markers with stable namespaces and ids from its own copy of the state, never touching the simulation's."""

    def __init__(self, model: mujoco.MjModel, joint_names: tuple[str, ...]) -> None:
        self._model = model
        self._data = mujoco.MjData(model)
        self._qpos = np.array([model.joint(name).qposadr[0] for name in joint_names])
        names = [model.body(body).name for body in range(model.nbody)]
        self._bones = {
            side: [
                (body, int(model.body_parentid[body]))
                for body, name in enumerate(names)
                # A parent fixed to the world is a mount, not a bone.
                if name.startswith(f"{side}_") and model.body_weldid[model.body_parentid[body]] != 0
            ]
            for side in SIDES
        }
        self._tips = {
            side: [
                (site, int(model.site_bodyid[site]))
                for site in range(model.nsite)
                if model.site(site).name.startswith(f"{side}_")
            ]
            for side in SIDES
        }

    def static(self) -> MarkerArray:
        """Return the static marker: the board under the keys."""
        board = _marker("board", 0, Marker.CUBE, step=0, colour=BLACK_KEY_COLOUR)
        width_m = np.ptp(KEYBOARD.center_y_m) + KEYBOARD.width_m.max()
        board.scale.x, board.scale.y, board.scale.z = float(KEYBOARD.length_m.max()), float(width_m), _BASE_HEIGHT_M
        board.pose.position.z = -_BASE_HEIGHT_M / 2
        return MarkerArray(markers=[board])

    def moving(self, step: int, snapshot: Snapshot) -> MarkerArray:
        """Return keys and upcoming notes, coloured as in our own viewers, and the bones of both hands, at the beginning
        of `step`."""
        colours = key_colours(key_marks(snapshot))
        sink_m = np.sin(snapshot.key_angles) * KEYBOARD.length_m / 2
        keys = [self._keys(step, kind, black, colours, sink_m) for kind, black in (("white", False), ("black", True))]
        self._data.qpos[self._qpos] = snapshot.joint_positions
        mujoco.mj_kinematics(self._model, self._data)
        return MarkerArray(markers=[*keys, _notes(step, snapshot), *(self._hand(step, side) for side in SIDES)])

    def _keys(
        self, step: int, kind: str, black: bool, colours: NDArray[np.uint8], sink_m: NDArray[np.float64]
    ) -> Marker:
        marker = _marker(f"{kind}_keys", 0, Marker.CUBE_LIST, step=step, colour=BLACK_KEY_COLOUR)
        keys = np.flatnonzero(KEYBOARD.is_black == black)
        marker.scale.x = float(KEYBOARD.length_m[keys[0]])
        marker.scale.y = float(KEYBOARD.width_m[keys[0]])
        marker.scale.z = float(KEYBOARD.height_m[keys[0]])
        for key in keys:
            place = (KEYBOARD.center_x_m[key], KEYBOARD.center_y_m[key], KEYBOARD.center_z_m[key] - sink_m[key])
            marker.points.append(_point(np.array(place)))
            marker.colors.append(_colour(colours[key]))
        return marker

    def _hand(self, step: int, side: str) -> Marker:
        marker = _marker(f"{side}_hand", 0, Marker.LINE_LIST, step=step, colour=_BONE_COLOUR)
        marker.scale.x = _BONE_WIDTH_M
        for body, parent in self._bones[side]:
            marker.points += [_point(self._data.xpos[parent]), _point(self._data.xpos[body])]
        for site, body in self._tips[side]:
            marker.points += [_point(self._data.xpos[body]), _point(self._data.site_xpos[site])]
        return marker


def _notes(step: int, snapshot: Snapshot) -> Marker:
    """Return the front of each bar as two triangles; a cube list would make all equally long."""
    marker = _marker("notes", 0, Marker.TRIANGLE_LIST, step=step, colour=MARK_COLOURS[KeyMark.COMING])
    marker.scale.x = marker.scale.y = marker.scale.z = 1.0
    bars = note_bars(snapshot)
    for center_m, size_m in zip(bars.centers_m, bars.sizes_m, strict=True):
        corners = [_point(center_m + size_m * np.array(corner) / 2) for corner in _FRONT]
        marker.points += [corners[number] for number in (0, 1, 2, 0, 2, 3)]
    if not marker.points:
        # RViz reports a list without points as an error.
        marker.action = Marker.DELETE
    return marker


def _marker(namespace: str, number: int, kind: int, *, step: int, colour: tuple[int, int, int]) -> Marker:
    marker = Marker(ns=namespace, id=number, type=kind, action=Marker.ADD, color=_colour(np.array(colour)))
    marker.header.frame_id = WORLD
    marker.header.stamp = stamp_of(step)
    marker.pose.orientation.w = 1.0
    return marker


def _point(place: NDArray[np.float64]) -> Point:
    x, y, z = (float(value) for value in place)
    return Point(x=x, y=y, z=z)


def _colour(rgb: NDArray[np.uint8]) -> ColorRGBA:
    red, green, blue = (float(value) / 255 for value in rgb)
    return ColorRGBA(r=red, g=green, b=blue, a=1.0)
