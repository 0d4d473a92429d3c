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

"""/hands/human_fingertips: wrists and fingertips of a pianist as a point cloud, and back.

Twelve points, each with the number of its finger; readers match points by this number, never by position. Fingers are
numbered as everywhere: 0..4 right thumb to little finger, 5..9 left thumb to little finger; 10 and 11 are the right and
the left wrist. A point that is not seen is NaN with confidence 0.
"""

from dataclasses import dataclass

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from sensor_msgs.msg import PointCloud2, PointField

from pianomime_core.hands import FINGERS, SIDES
from pianomime_core.ros_named_numbers import MessageError, some_of
from pianomime_core.ros_topics import WORLD

_TIPS = len(SIDES) * len(FINGERS)
FINGER_OF_POINT = np.array(
    [[_TIPS + hand, *range(hand * len(FINGERS), (hand + 1) * len(FINGERS))] for hand in range(len(SIDES))]
)
"""(2, 6): the number of each point, right hand first, wrist first."""
LAYOUT = np.dtype([("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("confidence", "<f4"), ("finger", "<i4")])
_DATATYPES = {"<f4": PointField.FLOAT32, "<i4": PointField.INT32}


@dataclass(frozen=True, eq=False)
class Fingertips:
    """Both hands of a pianist at one moment.

    Attributes:
        points_m: (2, 6, 3) world frame, right hand first, wrist and thumb to little finger; NaN where not seen.
        confidence: (2, 6), 0 where not seen, 1 where certain.
    """

    points_m: NDArray[np.float64]
    confidence: NDArray[np.float64]

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(2,) bool, whether all points of a hand are known."""
        return np.asarray(np.isfinite(self.points_m).all(axis=(1, 2)))


def fingertip_cloud(fingertips: Fingertips, stamp: Time, frame: str = WORLD) -> PointCloud2:
    """Return the message for the image taken at `stamp`."""
    rows = np.zeros(FINGER_OF_POINT.size, LAYOUT)
    for axis, name in enumerate("xyz"):
        rows[name] = fingertips.points_m[..., axis].ravel()
    rows["confidence"] = fingertips.confidence.ravel()
    rows["finger"] = FINGER_OF_POINT.ravel()
    message = PointCloud2(height=1, width=len(rows), point_step=LAYOUT.itemsize, is_bigendian=False)
    message.header.frame_id = frame
    message.header.stamp = stamp
    message.fields = [
        PointField(name=name, offset=LAYOUT.fields[name][1], datatype=_DATATYPES[LAYOUT[name].str], count=1)  # type: ignore[index]
        for name in LAYOUT.names or ()
    ]
    message.row_step = rows.nbytes
    message.data.frombytes(rows.tobytes())
    message.is_dense = bool(np.isfinite(fingertips.points_m).all())
    return message


def read_fingertip_cloud(message: PointCloud2, frame: str = WORLD) -> Fingertips:
    """Return the hands in a message; points and fields may be in any order.

    Raises:
        MessageError: Another frame, fields of other names or types, bytes missing, or fingers unknown,
            missing or repeated.
    """
    if message.header.frame_id != frame:
        raise MessageError(f"frame {some_of([repr(message.header.frame_id)])}: fingertips must be in frame {frame!r}")
    rows = np.frombuffer(message.data, np.uint8)
    if len(rows) != message.width * message.height * message.point_step:
        raise MessageError(f"{len(rows)} bytes for {message.width * message.height} points of {message.point_step}")
    points = rows.view(_layout(message))
    order = np.argsort(points["finger"])
    fingers = points["finger"][order].tolist()
    if fingers != list(range(FINGER_OF_POINT.size)):
        raise MessageError(
            f"fingers [{some_of(list(map(str, fingers)))}]: each of 0 to {FINGER_OF_POINT.size - 1} must be there once"
        )
    points = points[order[FINGER_OF_POINT]]
    positions = np.stack([points[axis] for axis in "xyz"], axis=-1).astype(np.float64)
    # A point with a missing coordinate counts as not seen.
    positions[~np.isfinite(positions).all(axis=-1)] = np.nan
    known = np.isfinite(positions[..., 0]) & np.isfinite(points["confidence"])
    return Fingertips(positions, np.where(known, points["confidence"], 0.0))


def _layout(message: PointCloud2) -> np.dtype:
    """Return a dtype for our fields among those of the message."""
    given = {field.name: field for field in message.fields}
    wanted = {name: LAYOUT[name].str for name in LAYOUT.names or ()}
    bad = [
        name
        for name, kind in wanted.items()
        if name not in given
        or (given[name].datatype, given[name].count) != (_DATATYPES[kind], 1)
        or given[name].offset + 4 > message.point_step
    ]
    if bad or message.is_bigendian:
        raise MessageError(
            f"fields {', '.join(bad) or 'in big-endian order'}: want x, y, z, confidence (FLOAT32) and finger (INT32), "
            "little-endian"
        )
    return np.dtype(
        {
            "names": list(wanted),
            "formats": list(wanted.values()),
            "offsets": [given[name].offset for name in wanted],
            "itemsize": message.point_step,
        }
    )
