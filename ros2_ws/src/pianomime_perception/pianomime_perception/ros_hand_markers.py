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

"""The pianist's hands as markers in frame `world`: fingertips, and lines from the wrist to each of them."""

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker, MarkerArray

from pianomime_core.hands import SIDES
from pianomime_core.ros_fingertip_cloud import Fingertips
from pianomime_core.ros_topics import WORLD
from pianomime_perception.drawing import HAND_COLOURS

_DIAMETER_M = 0.012
_WIDTH_M = 0.003


def hand_markers(fingertips: Fingertips, stamp: Time) -> MarkerArray:
    """Return two markers per hand; for a hand that is not seen, they delete earlier ones."""
    markers = []
    for hand, side in enumerate(SIDES):
        points_m = fingertips.points_m[hand]
        tips = [point for point in points_m[1:] if np.isfinite(point).all()]
        bones = [end for tip in tips if np.isfinite(points_m[0]).all() for end in (points_m[0], tip)]
        markers.append(_marker(f"{side}_human_fingertips", side, Marker.SPHERE_LIST, _DIAMETER_M, tips, stamp))
        markers.append(_marker(f"{side}_human_hand", side, Marker.LINE_LIST, _WIDTH_M, bones, stamp))
    return MarkerArray(markers=markers)


def _marker(space: str, side: str, kind: int, size_m: float, points_m: list[np.ndarray], stamp: Time) -> Marker:
    marker = Marker(ns=space, id=0, type=kind, action=Marker.ADD if points_m else Marker.DELETE)
    marker.header.frame_id, marker.header.stamp = WORLD, stamp
    marker.pose.orientation.w = 1.0
    marker.scale.x = marker.scale.y = marker.scale.z = size_m
    red, green, blue = (value / 255 for value in HAND_COLOURS[side])
    marker.color = ColorRGBA(r=red, g=green, b=blue, a=1.0)
    marker.points = [Point(x=float(x), y=float(y), z=float(z)) for x, y, z in points_m]
    return marker
