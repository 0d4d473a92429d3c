from itertools import combinations

import numpy as np
import pytest
from viewer_snapshots import snapshot

from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_sim.viewers.key_marks import (
    BLACK_KEY_COLOUR,
    MARK_COLOURS,
    MARK_WORDS,
    WHITE_KEY_COLOUR,
    KeyMark,
    key_colours,
    key_marks,
)

# Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009:
# linear RGB, severity 1.
VISIONS = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
CLEARLY_DIFFERENT = 20
"""CIE 1976 colour difference; 2.3 is just noticeable."""


def cielab(colour, vision) -> np.ndarray:
    share = np.array(colour) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(vision) @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ seen
    x, y, z = np.cbrt(np.maximum(xyz / [0.95047, 1.0, 1.08883], 1e-3))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize(
    ("wanted", "pressed", "coming", "mark"),
    [
        ([], [], [], KeyMark.REST),
        ([60], [60], [], KeyMark.RIGHT),
        ([60], [], [], KeyMark.MISSED),
        ([], [60], [], KeyMark.WRONG),
        ([], [], [[60]], KeyMark.COMING),
        ([], [], [[], [], [], [60]], KeyMark.COMING),
        ([], [], [[], [], [], [], [60]], KeyMark.REST),
        ([], [60], [[60]], KeyMark.WRONG),
        ([60], [], [[60]], KeyMark.MISSED),
        ([60], [60], [[60]], KeyMark.RIGHT),
    ],
)
def test_mark_of_a_key(wanted, pressed, coming, mark):
    marks = key_marks(snapshot(wanted, pressed, coming))
    assert marks[60 - LOWEST_PITCH] == mark
    assert np.count_nonzero(marks) == (mark != KeyMark.REST)


def test_marked_keys_take_the_colour_and_others_stay_white_or_black():
    colours = key_colours(key_marks(snapshot(wanted=[60, 61], pressed=[60])))
    assert tuple(colours[60 - LOWEST_PITCH]) == MARK_COLOURS[KeyMark.RIGHT]
    assert tuple(colours[61 - LOWEST_PITCH]) == MARK_COLOURS[KeyMark.MISSED]
    assert tuple(colours[62 - LOWEST_PITCH]) == WHITE_KEY_COLOUR
    assert tuple(colours[63 - LOWEST_PITCH]) == BLACK_KEY_COLOUR


@pytest.mark.parametrize("vision", VISIONS)
def test_colours_can_be_told_apart_by_the_colour_blind(vision):
    colours = [*MARK_COLOURS.values(), WHITE_KEY_COLOUR, BLACK_KEY_COLOUR]
    for one, other in combinations(colours, 2):
        difference = np.linalg.norm(cielab(one, VISIONS[vision]) - cielab(other, VISIONS[vision]))
        assert difference > CLEARLY_DIFFERENT, (one, other)


def test_every_colour_is_explained():
    assert set(MARK_WORDS) == set(MARK_COLOURS) == set(KeyMark) - {KeyMark.REST}
