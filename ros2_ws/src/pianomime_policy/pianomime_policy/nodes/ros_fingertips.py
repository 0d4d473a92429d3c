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

"""Fingertip targets as markers in frame `world`."""

from geometry_msgs.msg import Point
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker, MarkerArray

from pianomime_core.hands import SIDES
from pianomime_core.ros_messages import stamp_of
from pianomime_core.ros_topics import WORLD
from pianomime_policy.controllers.controller import FingertipTargets

_DIAMETER_M = 0.008
# From Okabe and Ito's palette, and different from the colours of keys.
_PRESSES = ColorRGBA(r=0.0, g=158 / 255, b=115 / 255, a=1.0)
_IS_FREE = ColorRGBA(r=240 / 255, g=228 / 255, b=66 / 255, a=1.0)


def fingertip_markers(step: int, targets: FingertipTargets) -> MarkerArray:
    """Return the targets of the command of `step` as one list of spheres per hand, thumb to little finger: green for a
    finger that should hold down a key, yellow for the others."""
    return MarkerArray(markers=[_hand(step, side, targets, hand) for hand, side in enumerate(SIDES)])


def _hand(step: int, side: str, targets: FingertipTargets, hand: int) -> Marker:
    marker = Marker(ns=f"{side}_targets", id=0, type=Marker.SPHERE_LIST, action=Marker.ADD)
    marker.header.frame_id = WORLD
    marker.header.stamp = stamp_of(step)
    marker.pose.orientation.w = 1.0
    marker.scale.x = marker.scale.y = marker.scale.z = _DIAMETER_M
    marker.color = _IS_FREE
    marker.points = [Point(x=x, y=y, z=z) for x, y, z in targets.target_m[hand].tolist()]
    marker.colors = [_PRESSES if key >= 0 else _IS_FREE for key in targets.key[hand]]
    return marker
