"""Image messages, byte by byte."""

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from sensor_msgs.msg import Image

from pianomime_core.ros_named_numbers import MessageError
from pianomime_perception.ros_images import image_message, read_image


def test_rgb_is_taken_as_it_is():
    message = Image(height=1, width=2, encoding="rgb8", step=6, data=bytes([1, 2, 3, 4, 5, 6]))
    assert read_image(message).tolist() == [[[1, 2, 3], [4, 5, 6]]]


def test_bgr_is_turned_round():
    message = Image(height=2, width=1, encoding="bgr8", step=3, data=bytes([1, 2, 3, 4, 5, 6]))
    assert read_image(message).tolist() == [[[3, 2, 1]], [[6, 5, 4]]]


def test_grey_is_grey_in_all_channels():
    message = Image(height=2, width=2, encoding="mono8", step=2, data=bytes([9, 8, 7, 6]))
    assert read_image(message).tolist() == [[[9, 9, 9], [8, 8, 8]], [[7, 7, 7], [6, 6, 6]]]


def test_padding_at_the_end_of_rows_is_left_out():
    message = Image(height=2, width=1, encoding="rgb8", step=5, data=bytes([1, 2, 3, 0, 0, 4, 5, 6, 0, 0]))
    picture = read_image(message)
    assert picture.tolist() == [[[1, 2, 3]], [[4, 5, 6]]]
    assert picture.flags.c_contiguous
    assert picture.dtype == np.uint8


def test_a_picture_comes_back():
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    message = image_message(picture[:, ::-1], Time(sec=4, nanosec=5), "camera")
    assert (message.header.stamp.sec, message.header.stamp.nanosec, message.header.frame_id) == (4, 5, "camera")
    assert (message.height, message.width, message.step, message.encoding) == (5, 7, 21, "rgb8")
    np.testing.assert_array_equal(read_image(message), picture[:, ::-1])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"encoding": "bayer_rggb8"}, "'bayer_rggb8': must be one of rgb8, bgr8, mono8"),
        ({"encoding": ""}, "encoding ''"),
        ({"data": bytes(11)}, "11 bytes in rows of 6 for 2x2 pixels in rgb8"),
        ({"step": 4}, "12 bytes in rows of 4"),
        ({"width": 3}, "3x2 pixels"),
        ({"height": 0, "data": b""}, "2x0 pixels"),
    ],
)
def test_what_does_not_fit_is_refused(change, words):
    fits = {"height": 2, "width": 2, "encoding": "rgb8", "step": 6, "data": bytes(12)}
    with pytest.raises(MessageError, match=words):
        read_image(Image(**(fits | change)))


def test_an_encoding_without_end_is_cut():
    with pytest.raises(MessageError, match="must be one of rgb8") as error:
        read_image(Image(encoding="x" * 100_000))
    assert len(str(error.value)) < 200
