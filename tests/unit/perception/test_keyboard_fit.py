"""The automatic fit against rendered keyboards with known pose: correct, or refused."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from benchmarks.keyboard_views import SILENT_M, error_m, outcomes
from benchmarks.rendered_keyboard import View, render

from pianomime_core.errors import UserError
from pianomime_perception.keyboard_fit import FitConfig, background, fit_keyboard

CLEAR = View()


def largest_error_m(view: View) -> float:
    return float(error_m(fit_keyboard(render(view)), view).max())


@pytest.mark.slow
@pytest.mark.parametrize(
    "view",
    [
        CLEAR,
        replace(CLEAR, roll_deg=12.0),
        replace(CLEAR, roll_deg=180.0),  # the camera stands behind the piano
        replace(CLEAR, tilt_deg=15.0, yaw_deg=-4.0),
        replace(CLEAR, share=0.6, image_size=(1920, 1080)),
        replace(CLEAR, light=0.45, gradient=0.4, noise=6.0, shadows=2, seed=3),
        replace(CLEAR, hands=2, seed=3),
        replace(CLEAR, beyond_rgb=(150, 115, 80), before_rgb=(110, 75, 45)),  # wood
    ],
    ids=["clear", "rolled", "from behind", "oblique", "far", "dim", "hands", "wood"],
)
def test_the_keyboard_is_found_to_a_few_millimetres(view):
    assert largest_error_m(view) < 0.006


@pytest.mark.parametrize(
    "image",
    [
        np.full((720, 1280, 3), 128, np.uint8),
        np.random.default_rng(0).integers(0, 255, (720, 1280, 3)).astype(np.uint8),
        render(replace(CLEAR, light=0.02)),
        render(replace(CLEAR, share=1.6)),  # half of the keys
        render(replace(CLEAR, tilt_deg=60.0)),
        render(replace(CLEAR, mirrored=True)),
    ],
    ids=["grey", "noise", "dark", "cut off", "from the bench", "mirrored"],
)
def test_what_is_not_certain_is_refused_with_a_way_out(image):
    with pytest.raises(UserError, match=r"--corners|mirrored"):
        fit_keyboard(image)


def test_bars_that_are_no_keyboard_are_refused():
    fence = np.full((720, 1280, 3), 230, np.uint8)
    for left in range(40, 1240, 33):
        cv2.rectangle(fence, (left, 200), (left + 14, 330), (10, 10, 10), -1)
    with pytest.raises(UserError, match="keyboard"):
        fit_keyboard(fence)


@pytest.mark.slow
def test_no_random_view_is_wrong_and_says_nothing():
    done = outcomes(24, seed=7)  # 500 by `make test-views`
    accepted = [each for each in done if not each.refusal]
    assert max(each.max_m for each in accepted) < SILENT_M
    usual = [each for each in done if each.usual]
    assert sum(not each.refusal for each in usual) >= len(usual) / 2


def test_the_limits_are_what_refuses():
    image = render(replace(CLEAR, noise=4.0))
    fit_keyboard(image)
    with pytest.raises(UserError, match=r"the limit is 0\.0"):
        fit_keyboard(image, FitConfig(max_line_miss_m=1e-6))


def test_the_background_is_without_hands_that_move():
    hands = [render(replace(CLEAR, hands=2, noise=0.0, seed=seed)) for seed in range(7)]
    nobody = render(replace(CLEAR, noise=0.0))
    difference = np.abs(background(hands).astype(int) - nobody.astype(int)).max(axis=2)
    one_hand = np.abs(hands[0].astype(int) - nobody.astype(int)).max(axis=2)
    assert np.mean(difference > 40) < 0.2 * np.mean(one_hand > 40)
