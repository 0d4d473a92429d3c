"""Given corners, against a camera computed by hand and against a homography from clicked points."""

from pathlib import Path

import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_perception.corners import keyboard_from_corners, read_corners

TUTORIAL = Path(__file__).resolve().parents[3].parent / "shared" / "tutorial"
SIZE = (1280, 720)
# 1.222 m of white keys, 52 of 23.5 mm, 150 mm long: half of that on either side of the origin.
CORNERS_M = np.array([[-0.075, -0.611], [-0.075, 0.611], [0.075, 0.611], [0.075, -0.611]])


def seen(points_m, tilt: float = 0.0) -> np.ndarray:
    """A camera a thousand pixels wide a metre, straight above or with the near edge larger."""
    x_m, y_m = np.asarray(points_m).T
    depth = 1 - tilt * x_m
    return np.column_stack([640 + 1000 * y_m / depth, 360 + 1000 * x_m / depth])


@pytest.mark.parametrize("tilt", [0.0, 0.8])
def test_every_place_is_where_it_was_seen(tilt):
    keyboard = keyboard_from_corners(seen(CORNERS_M, tilt), SIZE)
    places_m = np.array([[0.0, 0.0], [0.03, 0.4], [-0.06, -0.55], [0.12, 0.2]])
    np.testing.assert_allclose(keyboard.to_world(seen(places_m, tilt)), places_m, atol=1e-9)
    assert keyboard.image_size == SIZE


def test_an_upside_down_camera_is_one_too():
    turned = np.array(SIZE) - seen(CORNERS_M)
    keyboard = keyboard_from_corners(turned, SIZE)
    np.testing.assert_allclose(keyboard.to_world(np.array(SIZE) - seen([[0.01, 0.3]])), [[0.01, 0.3]], atol=1e-9)


@pytest.mark.skipif(not TUTORIAL.is_dir(), reason="needs ../shared/tutorial")
def test_it_agrees_with_the_clicks_of_the_tutorial():
    # Pixels -> (y, -x) on the keyboard, by its authors; its own corners, given to us.
    clicked = np.load(TUTORIAL / "homography_matrix.npy")
    corners = np.column_stack([CORNERS_M[:, 1], -CORNERS_M[:, 0], np.ones(4)]) @ np.linalg.inv(clicked).T
    keyboard = keyboard_from_corners(corners[:, :2] / corners[:, 2:], SIZE)
    places_px = np.array([[200.0, 560.0, 1], [640, 500, 1], [1000, 480, 1]])
    theirs = places_px @ clicked.T
    theirs = theirs[:, :2] / theirs[:, 2:]
    np.testing.assert_allclose(
        keyboard.to_world(places_px[:, :2]), np.column_stack([-theirs[:, 1], theirs[:, 0]]), atol=1e-6
    )


def test_corners_are_read():
    assert read_corners("10,20 600,21.5 605,100 5,101").tolist() == [[10, 20], [600, 21.5], [605, 100], [5, 101]]


@pytest.mark.parametrize(
    "text", ["", "1,2 3,4 5,6", "1,2 3,4 5,6 7", "a,b c,d e,f g,h", "1,2 3,4 5,6 nan,8", "1 2 3 4"]
)
def test_what_is_no_four_pairs_is_refused(text):
    with pytest.raises(
        UserError, match=r"must be four pairs of pixels, .*: far left, far right, near right, near left"
    ):
        read_corners(text)


@pytest.mark.parametrize(
    "order",
    [(1, 0, 3, 2), (3, 2, 1, 0), (0, 2, 1, 3), (0, 0, 2, 3), (0, 1, 1, 1)],
    ids=["mirrored", "backwards", "crossed", "twice", "three alike"],
)
def test_corners_that_go_another_way_round_are_refused(order):
    with pytest.raises(UserError, match=r"must be far left, .*not mirrored"):
        keyboard_from_corners(seen(CORNERS_M)[list(order)], SIZE)
