"""Annotated frames for the user."""

import numpy as np
import pytest

from pianomime_core.ros_fingertip_cloud import Fingertips
from pianomime_perception.annotated import annotated
from pianomime_perception.drawing import HAND_COLOURS
from pianomime_perception.keyboard_map import NO_KEY_EDGES, KeyboardMap


def keyboard(width: int, height: int) -> KeyboardMap:
    """The picture is 1.3 m wide, its middle the origin."""
    scale = 1.3 / width
    homography = np.array([[0, scale, -scale * height / 2], [scale, 0, -scale * width / 2], [0, 0, 1]])
    return KeyboardMap(homography, NO_KEY_EDGES, 0.0, (width, height))


@pytest.mark.parametrize(
    ("size", "shown"), [((1280, 720), (640, 360)), ((640, 360), (640, 360)), ((320, 180), (320, 180))]
)
def test_hands_are_drawn_where_they_are_in_a_small_picture(size, shown):
    width, height = size
    image = np.zeros((height, width, 3), np.uint8)
    points_m = np.full((2, 6, 3), np.nan)
    points_m[0] = [0.0, 0.325, 0.045]  # a quarter of the picture right of its middle
    drawn = annotated(image, keyboard(width, height), Fingertips(points_m, np.ones((2, 6))))
    assert drawn.shape == (shown[1], shown[0], 3)
    assert not image.any()
    rows, columns = np.nonzero((drawn == HAND_COLOURS["rh"]).all(axis=2))
    assert np.median(columns) == pytest.approx(0.75 * shown[0], abs=1.5)
    assert np.median(rows) == pytest.approx(0.5 * shown[1], abs=1.5)
    assert not (drawn == HAND_COLOURS["lh"]).all(axis=2).any()
    assert drawn.any(axis=2).sum() > len(rows), "keys are drawn, too"
