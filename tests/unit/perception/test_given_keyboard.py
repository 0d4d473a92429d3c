"""The keyboard as known before the first frame."""

import numpy as np
import pytest
from small_videos import write_video

from pianomime_core.errors import UserError
from pianomime_perception.given_keyboard import given_keyboard

CORNERS = "20,40 300,40 300,120 20,120"


@pytest.fixture
def video(tmp_path):
    """A grey picture of 320x180."""
    path = tmp_path / "grey.mp4"
    write_video(path, [np.full((180, 320, 3), 90, np.uint8)] * 3)
    return str(path)


def test_corners_of_a_camera_are_of_the_size_that_its_pictures_will_have():
    for source in ("", "0", "/dev/video0"):
        keyboard = given_keyboard(CORNERS, source)((320, 180))
        np.testing.assert_allclose(keyboard.to_world([160.0, 80.0]), [0, 0], atol=1e-9)
        assert keyboard.image_size == (320, 180)


def test_corners_of_a_file_are_pixels_of_the_file_whatever_size_is_looked_at(video):
    keyboard = given_keyboard(CORNERS, video)((160, 90))
    # Pixel centres: (160, 80) of the large picture is (79.75, 39.75) of the small one.
    np.testing.assert_allclose(keyboard.to_world([79.75, 39.75]), [0, 0], atol=1e-9)
    assert keyboard.image_size == (160, 90)


def test_only_pictures_tell_where_a_camera_sees_it():
    assert given_keyboard("", "0") is None
    assert given_keyboard("", "") is None


def test_a_file_without_a_keyboard_is_refused(video):
    with pytest.raises(UserError, match="--corners"):
        given_keyboard("", video)
