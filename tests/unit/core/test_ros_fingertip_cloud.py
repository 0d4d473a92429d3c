"""The cloud of a pianist's fingertips against sensor_msgs' own rules, read with `struct`, not with our layout."""

import struct

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from sensor_msgs.msg import PointField

from pianomime_core.ros_fingertip_cloud import Fingertips, fingertip_cloud, read_fingertip_cloud
from pianomime_core.ros_named_numbers import MessageError


def hands() -> Fingertips:
    points_m = np.arange(36.0).reshape(2, 6, 3) / 64
    confidence = np.full((2, 6), 0.75)
    return Fingertips(points_m, confidence)


def test_every_point_stands_with_its_finger():
    message = fingertip_cloud(hands(), Time(sec=3, nanosec=7))
    assert (message.header.frame_id, message.header.stamp.sec, message.header.stamp.nanosec) == ("world", 3, 7)
    assert [field.name for field in message.fields] == ["x", "y", "z", "confidence", "finger"]
    assert [field.offset for field in message.fields] == [0, 4, 8, 12, 16]
    assert [field.datatype for field in message.fields] == [PointField.FLOAT32] * 4 + [PointField.INT32]
    assert (message.height, message.width, message.row_step, message.is_dense) == (1, 12, 240, True)
    points = list(struct.iter_unpack("<ffffi", bytes(message.data)))
    # Right wrist, right thumb .. little, left wrist, left thumb .. little.
    assert [point[4] for point in points] == [10, 0, 1, 2, 3, 4, 11, 5, 6, 7, 8, 9]
    assert points[0][:4] == (0.0, 1 / 64, 2 / 64, 0.75)
    assert points[7][:3] == (21 / 64, 22 / 64, 23 / 64)


def test_what_was_written_is_read():
    given = hands()
    given.points_m[1], given.confidence[1] = np.nan, 0
    message = fingertip_cloud(given, Time())
    assert not message.is_dense
    read = read_fingertip_cloud(message)
    np.testing.assert_array_equal(read.points_m, given.points_m)
    np.testing.assert_array_equal(read.confidence, given.confidence)
    assert read.seen.tolist() == [True, False]


def test_any_order_of_points_and_fields_is_read():
    message = fingertip_cloud(hands(), Time())
    points = list(struct.iter_unpack("<ffffi", bytes(message.data)))
    kinds = {"rgb": 7, "finger": 5, "z": 7, "confidence": 7, "y": 7, "x": 7}
    message.fields = [
        PointField(name=name, offset=4 * k, datatype=kind, count=1) for k, (name, kind) in enumerate(kinds.items())
    ]
    message.point_step = 24
    rows = [struct.pack("<fiffff", 0.0, finger, z, sure, y, x) for x, y, z, sure, finger in reversed(points)]
    message.data = b"".join(rows)
    read = read_fingertip_cloud(message)
    np.testing.assert_array_equal(read.points_m, hands().points_m)
    np.testing.assert_array_equal(read.confidence, hands().confidence)


def test_half_a_point_is_none():
    given = hands()
    given.points_m[0, 2, 1] = np.inf
    read = read_fingertip_cloud(fingertip_cloud(given, Time()))
    assert np.isnan(read.points_m[0, 2]).all()
    assert read.confidence[0, 2] == 0
    assert read.seen.tolist() == [False, True]


def broken(change) -> object:
    message = fingertip_cloud(hands(), Time())
    change(message)
    return message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: setattr(m.header, "frame_id", "camera"), "frame 'camera'.*'world'"),
        (lambda m: setattr(m, "data", bytes(m.data[:-1])), "239 bytes for 12 points of 20"),
        (lambda m: setattr(m, "fields", m.fields[:-1]), "finger.*x, y, z, confidence .*FLOAT32.* finger .*INT32"),
        (lambda m: setattr(m.fields[0], "datatype", PointField.FLOAT64), "fields x"),
        (lambda m: setattr(m.fields[4], "offset", 17), "fields finger"),
        (lambda m: setattr(m, "is_bigendian", True), "little-endian"),
        (lambda m: m.data.__setitem__(16, 3), r"fingers \[0, 1, 2, 3, 3,.*0 to 11"),
    ],
)
def test_what_does_not_fit_is_refused(change, words):
    with pytest.raises(MessageError, match=words):
        read_fingertip_cloud(broken(change))


def test_a_robot_with_frames_of_its_own_reads_no_others():
    cloud = fingertip_cloud(Fingertips(np.zeros((2, 6, 3)), np.ones((2, 6))), Time(), "left/world")
    assert read_fingertip_cloud(cloud, "left/world").seen.all()
    with pytest.raises(MessageError, match=r"'left/world'.*'right/world'"):
        read_fingertip_cloud(cloud, "right/world")


def test_a_hundred_thousand_points_make_a_short_line():
    message = fingertip_cloud(hands(), Time())
    message.data, message.width = bytes(20 * 100_000), 100_000
    with pytest.raises(MessageError, match=r"and 99990 more.*0 to 11 must be there once") as error:
        read_fingertip_cloud(message)
    assert len(str(error.value)) < 200
