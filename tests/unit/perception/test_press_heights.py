"""Heights and positions of pressing fingertips, computed by hand."""

import tracemalloc

import numpy as np
from scripted_pianist import key_y_m

from pianomime_core.keyboard import KEYBOARD
from pianomime_perception.press_heights import NO_KEY, keys_held, with_heights

C, CS = 39, 40


def seen(steps=7):
    points = np.zeros((steps, 2, 6, 2))
    points[..., 1] = 0.5
    return points


def held(*presses, steps=7):
    keys = np.full((steps, 10), NO_KEY)
    for finger, first, end, key in presses:
        keys[first:end, finger] = key
    return keys


def test_heights_fall_and_rise_in_two_steps():
    z = with_heights(seen(), held((1, 2, 4, C)))[..., 2]
    np.testing.assert_allclose(z[:, 0, 2], [0.045, 0.0225, 0, 0, 0.0225, 0.045, 0.045])
    others = np.ones((2, 6), dtype=bool)
    others[0, 2] = False
    np.testing.assert_allclose(z[:, others], 0.045)


def test_a_pressing_fingertip_is_on_the_middle_of_its_key_and_free_ones_where_they_were():
    points = seen()
    points[:, 1, 3] = [0.03, 0.02]
    result = with_heights(points, held((7, 2, 4, C)))
    np.testing.assert_allclose(result[2:4, 1, 3, :2], [[0.03, key_y_m(60)]] * 2)
    np.testing.assert_allclose(result[[0, 1, 4, 5, 6], 1, 3, :2], [[0.03, 0.02]] * 5)
    np.testing.assert_array_equal(np.delete(result[..., :2], 3, axis=2), np.delete(points, 3, axis=2))


def test_a_fingertip_beyond_its_key_stays_where_it_was_or_comes_onto_the_front_half():
    # A black key ends 60 mm before a white one, 15 mm from the middle of that.
    points = seen()
    points[:, 0, 1] = [[0.01, 0.0], [0.05, 0.0], [0.06, 0.0], [0.06, 0.0], [0.06, 0.0], [0.06, 0.0], [0.06, 0.0]]
    pressed = with_heights(points, held((0, 1, 3, CS)))
    np.testing.assert_allclose(pressed[1:3, 0, 1, 0], 0.01)
    late = with_heights(points, held((0, 4, 6, CS)))
    np.testing.assert_allclose(late[4:6, 0, 1, 0], KEYBOARD.center_x_m[CS] + 0.09 / 4)
    np.testing.assert_allclose(late[4:6, 0, 1, 1], KEYBOARD.center_y_m[CS])


def test_half_an_hour_takes_no_more_memory_than_its_rows():
    steps = 36_000
    points, keys = seen(steps), held((1, 0, steps // 2, C), (6, steps // 2, steps, CS), steps=steps)
    tracemalloc.start()
    result = with_heights(points, keys)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * result.nbytes
    assert (result[: steps // 2, 0, 2, 2] == 0).all()


def test_a_hand_that_is_not_seen_stays_so():
    points = seen()
    points[2:5, 0] = np.nan
    result = with_heights(points, held((0, 1, 6, C), (5, 1, 6, C)))
    assert np.isnan(result[2:5, 0]).all()
    assert np.isfinite(result[:, 1]).all()
    assert np.isfinite(result[[0, 1, 5, 6], 0]).all()


def test_a_key_struck_again_is_up_between():
    goal = np.zeros((8, 88), dtype=bool)
    goal[1:7, C] = True
    goal[4, C] = False
    keys = keys_held(goal, np.array([1, 4, 0]), np.array([5, 20, 8]), np.array([C, C, CS]), np.array([2, 2, -1]))
    assert keys[:, 2].tolist() == [NO_KEY, C, C, C, NO_KEY, C, C, NO_KEY]
    assert np.all(np.delete(keys, 2, axis=1) == NO_KEY)
