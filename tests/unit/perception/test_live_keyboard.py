"""When the keyboard is searched for, with a fit that records its images."""

import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_perception.keyboard_map import NO_KEY_EDGES, KeyboardMap
from pianomime_perception.live_keyboard import LiveKeyboard


def keyboard(size=(64, 32)) -> KeyboardMap:
    """A millimetre a pixel, bass left, the middle of the picture at the origin."""
    homography = np.array([[0, 0.001, -0.016], [0.001, 0, -0.032], [0, 0, 1.0]])
    return KeyboardMap(homography, NO_KEY_EDGES, 0.001, size)


class Fit:
    """Finds the keyboard in bright pictures alone."""

    def __init__(self) -> None:
        self.shown = []

    def __call__(self, image) -> KeyboardMap:
        self.shown.append(int(image.mean()))
        if image.mean() < 100:
            raise UserError("too dark")
        return keyboard((image.shape[1], image.shape[0]))


def picture(brightness: int, width: int = 64, height: int = 32):
    return np.full((height, width, 3), brightness, np.uint8)


@pytest.fixture
def live():
    said, fit = [], Fit()
    found = LiveKeyboard(None, said.append, said.append, fit)
    found.said, found.fit = said, fit
    return found


def test_it_is_found_on_the_first_pictures_and_then_no_longer_looked_for(live):
    found = [live.update(picture(200), k / 30) for k in range(90)]
    first = next(k for k, where in enumerate(found) if where is not None)
    assert 1.0 < first / 30 < 2.5
    assert all(where is found[first] for where in found[first:])
    assert live.fit.shown == [200]
    assert live.said == ["keyboard found, to 1.0 mm"]


def test_a_hand_that_passes_is_not_seen(live):
    # Dark in four of the pictures: the median is bright.
    for k in range(90):
        live.update(picture(0 if 0.3 <= k / 30 < 0.7 else 200), k / 30)
    assert live.fit.shown == [200]


def test_it_is_looked_for_again_until_it_is_found(live):
    times = np.arange(300) / 30
    found = [live.update(picture(0 if time_s < 3 else 200), time_s) for time_s in times]
    assert live.fit.shown == [0, 200]
    assert live.said[0] == "too dark"
    assert found[-1] is not None
    assert found[100] is None


def test_larger_pictures_of_the_same_shape_show_the_same_keyboard(live):
    for k in range(90):
        live.update(picture(200), k / 30)
    small = live.update(picture(200), 3.0)
    large = live.update(picture(200, 128, 64), 3.1)
    assert large.image_size == (128, 64)
    # The outer edge of the picture is where it was.
    np.testing.assert_allclose(large.to_world([-0.5, -0.5]), small.to_world([-0.5, -0.5]), atol=1e-9)
    np.testing.assert_allclose(large.to_world([127.5, 63.5]), small.to_world([63.5, 31.5]), atol=1e-9)
    assert live.said[-1] == "pictures are 128x64 now, 64x32 before"
    assert live.fit.shown == [200]


def test_pictures_of_another_shape_are_looked_at_anew(live):
    for k in range(60):
        live.update(picture(200), k / 30)
    assert live.update(picture(200, 64, 64), 2.0) is None
    assert live.said[-1].endswith("looked for again")
    found = [live.update(picture(200, 64, 64), 2 + k / 30) for k in range(60)]
    assert found[-1].image_size == (64, 64)


def test_a_size_that_changes_while_it_is_looked_for_begins_anew(live):
    for k in range(20):
        live.update(picture(200, 32, 32), k / 30)
    for k in range(20, 100):
        live.update(picture(200), k / 30)
    assert live.fit.shown == [200]


def test_given_corners_are_known_at_once_and_for_their_pictures_alone():
    said, fit = [], Fit()
    live = LiveKeyboard(keyboard, said.append, said.append, fit)
    assert live.update(picture(0), 0.0) is not None
    assert live.update(picture(0, 128, 64), 0.1).image_size == (128, 64)
    assert fit.shown == []
    with pytest.raises(UserError, match=r"40x40 now, 128x64 before.*corners.*give them for 40x40"):
        live.update(picture(0, 40, 40), 0.2)
