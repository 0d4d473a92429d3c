"""Drawings over an image, at the right pixels."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="needs OpenCV: make perceive")

from pianomime_core.keyboard import KEYBOARD
from pianomime_perception.drawing import (
    HAND_COLOURS,
    KEY_COLOUR,
    KEY_SHARE,
    draw_grid,
    draw_hands,
    draw_keys,
    draw_names,
)
from pianomime_perception.keyboard_map import NO_KEY_EDGES, KeyboardMap

PIXELS_PER_M = 800.0
WIDTH, HEIGHT = 1000, 200
SEEN_FROM_ABOVE = KeyboardMap(
    # u = 800 y + 500, v = 800 x + 100
    homography=np.array(
        [[0, 1 / PIXELS_PER_M, -100 / PIXELS_PER_M], [1 / PIXELS_PER_M, 0, -500 / PIXELS_PER_M], [0, 0, 1]]
    ),
    key_edges_m=NO_KEY_EDGES,
    residual_m=0.0,
    image_size=(WIDTH, HEIGHT),
)
MIDDLE_C, C_SHARP = 39, 40


@pytest.fixture
def image():
    return np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)


def pixel(image, x_m, y_m):
    return image[round(PIXELS_PER_M * x_m + 100), round(PIXELS_PER_M * y_m + 500)]


def test_a_held_key_has_the_colour_of_its_hand(image):
    draw_keys(image, SEEN_FROM_ABOVE, {MIDDLE_C: 7, C_SHARP: 0, 60: -1})
    for key, colour in ((MIDDLE_C, HAND_COLOURS["lh"]), (C_SHARP, HAND_COLOURS["rh"]), (60, KEY_COLOUR)):
        # near its far end, but for the white key, which shows beside the black one only
        seen = pixel(image, KEYBOARD.center_x_m[key] - 0.02, KEYBOARD.center_y_m[key] - 0.003 * (key == MIDDLE_C))
        assert np.allclose(seen, KEY_SHARE * np.array(colour), atol=1.5)
    assert not pixel(image, 0.0, KEYBOARD.center_y_m[50]).any()


def test_the_number_of_the_finger_stands_on_its_key(image):
    numbered, nobody = image.copy(), image.copy()
    draw_keys(numbered, SEEN_FROM_ABOVE, {MIDDLE_C: 3})
    draw_keys(nobody, SEEN_FROM_ABOVE, {MIDDLE_C: -1})
    assert (numbered == 255).all(axis=2).any()
    assert not (nobody == 255).all(axis=2).any()


def test_every_c_has_its_name_and_no_other_key(image):
    draw_names(image, SEEN_FROM_ABOVE)
    written = image.any(axis=(0, 2))
    at = [round(PIXELS_PER_M * KEYBOARD.center_y_m[key] + 500) for key in range(88)]
    c_keys = [pitch - 21 for pitch in range(24, 109, 12)]
    assert all(written[at[key] - 9 : at[key] + 10].any() for key in c_keys)
    # G lies farthest from both Cs.
    assert not any(written[at[key] - 5 : at[key] + 6].any() for key in range(87) if (key + 21) % 12 == 7)


def test_hands_are_drawn_where_they_are_and_unseen_ones_not(image):
    points = np.full((2, 6, 2), np.nan)
    points[0] = [[300, 150], [250, 60], [275, 50], [300, 45], [325, 50], [350, 70]]
    points[1, 1] = [700, 60]  # a thumb alone
    draw_hands(image, points)
    for u, v in points[0, 1:]:
        assert tuple(image[int(v), int(u)]) == HAND_COLOURS["rh"]
    assert image[120, 305:296:-1].any()  # a line to the wrist
    assert tuple(image[60, 700]) == HAND_COLOURS["lh"]
    assert not image[:, 720:].any()
    assert not image[100:, 600:].any()


def test_the_grid_is_the_keyboard(image):
    draw_grid(image, SEEN_FROM_ABOVE)
    edges_y_m = KEYBOARD.center_y_m[MIDDLE_C] + np.array([-0.5, 0.5]) * KEYBOARD.width_m[MIDDLE_C]
    row = image[round(PIXELS_PER_M * 0.05 + 100), :, 0]  # in front of the black keys
    for y_m in edges_y_m:
        assert row[round(PIXELS_PER_M * y_m + 500)] > 60
    assert row[round(PIXELS_PER_M * KEYBOARD.center_y_m[MIDDLE_C] + 500)] == 0
