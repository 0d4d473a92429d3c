"""Against numbers read off the keyboard and the words of `ChoiceConfig.layout`."""

import numpy as np
import pytest

from pianomime_core.keyboard import KEYBOARD
from pianomime_policy.controllers.generalist.fingering_choices import ChoiceConfig, Choices, FingeringChoices, one_state
from pianomime_policy.fingering.fingering import FingeringConfig, finger_offsets_m

CONFIG = ChoiceConfig(choices=24, future_notes=3, glance_onsets=2)
HAND, FINGER = 4 + 5 * 7, 7
FUTURE = 2 * HAND + 4
MIDDLE_C = 39


def _choices(notes: list[tuple[int, int, int]], step: int = 0, visible: int = 100, before=None) -> Choices:
    onset, end, key = np.array(sorted(notes), dtype=np.int64).T
    maker = FingeringChoices(CONFIG, FingeringConfig())
    new = np.flatnonzero(onset == step)
    return maker.at(before or maker.start, step, new, onset.copy(), key.copy(), end.copy(), visible)


def test_layout_counts_every_feature() -> None:
    assert sum(int(size) for _, size in CONFIG.layout()) == CONFIG.features == FUTURE + 3 * 6 + 3
    assert _choices([(0, 8, MIDDLE_C)]).features.shape[1] == CONFIG.features


def test_one_note_can_be_played_by_ten_fingers_cheapest_first() -> None:
    choices = _choices([(0, 8, MIDDLE_C)])
    assert sorted(choices.finger[:, 0].tolist()) == list(range(10))
    assert (np.diff(choices.after.cost) >= 0).all()


def test_features_tell_which_finger_holds_which_place_and_how_long() -> None:
    choices = _choices([(0, 8, MIDDLE_C)])
    for row, finger in enumerate(choices.finger[:, 0]):
        hand, other = divmod(int(finger), 5)
        x = choices.features[row]
        block = x[hand * HAND + 4 + other * FINGER :][:FINGER]
        place = KEYBOARD.center_y_m[MIDDLE_C] - finger_offsets_m()[finger] - choices.after.centre_m[row, hand]
        np.testing.assert_allclose(block, [1, 1, place / 0.03, 0, 8 / 40, 0, 0], atol=1e-5)
        assert x[: 2 * HAND].reshape(2, HAND)[:, 4:].reshape(10, FINGER)[:, 0].sum() == 1


def test_music_to_come_is_relative_to_the_hands_and_ends_where_the_window_ends() -> None:
    music = [(0, 8, MIDDLE_C), (10, 12, MIDDLE_C + 1), (20, 60, MIDDLE_C + 12), (30, 31, MIDDLE_C)]
    x, centre = _choices(music).features[0][FUTURE:][:18].reshape(3, 6), _choices(music).after.centre_m[0]
    y = KEYBOARD.center_y_m
    first = [1, 10 / 40, 2 / 40, (y[MIDDLE_C + 1] - centre[0]) / 0.2, (y[MIDDLE_C + 1] - centre[1]) / 0.2, 1]
    np.testing.assert_allclose(x[0], first, atol=1e-5)
    assert x[:, 0].tolist() == [1, 1, 1]
    seen = _choices(music, visible=20).features[0][FUTURE:][:18].reshape(3, 6)
    np.testing.assert_array_equal(seen[0], x[0])
    assert not seen[1:].any()


def test_an_end_that_is_not_visible_counts_as_long() -> None:
    known, unknown = (_choices([(0, 8, MIDDLE_C)], visible=visible) for visible in (20, 5))
    row, finger = 0, int(known.finger[0, 0])
    remaining = (finger // 5) * HAND + 4 + (finger % 5) * FINGER + 4
    assert known.features[row, remaining] == pytest.approx(8 / 40)
    assert unknown.features[row, remaining] == 1.0


def test_a_held_note_keeps_its_finger() -> None:
    first = _choices([(0, 30, MIDDLE_C), (10, 20, MIDDLE_C + 2)])
    held = int(first.finger[0, 0])
    after = _choices([(0, 30, MIDDLE_C), (10, 20, MIDDLE_C + 2)], step=10, before=one_state(first.after, 0))
    assert held not in after.finger[:, 0]
    assert (after.after.held_note[:, held] == 0).all()


def test_one_state_costs_nothing_yet_and_is_a_copy() -> None:
    choices = _choices([(0, 8, MIDDLE_C)])
    state = one_state(choices.after, 3)
    assert state.cost.tolist() == [0.0]
    np.testing.assert_array_equal(state.held_note, choices.after.held_note[3:4])
    state.centre_m[:] = 9.0
    assert choices.after.centre_m.max() < 1.0


def test_the_lookahead_has_the_cost_of_the_next_onsets() -> None:
    music = [(0, 30, MIDDLE_C), (6, 9, MIDDLE_C + 2), (6, 9, MIDDLE_C - 2), (20, 22, MIDDLE_C)]
    choices = _choices(music)
    lookahead = CONFIG.lookahead(choices.features)
    np.testing.assert_allclose(lookahead[:, 0], np.log1p(choices.after.cost - choices.after.cost.min()), rtol=1e-5)
    assert (lookahead.min(axis=0) == 0).all()
    for row in range(len(lookahead)):
        then = _choices(music, step=6, before=one_state(choices.after, row)).after.cost.min()
        other = _choices(music, step=6, before=one_state(choices.after, 0)).after.cost.min()
        dearer = choices.after.cost[row] + then - choices.after.cost[0] - other
        np.testing.assert_allclose(np.expm1(lookahead[row, 1]) - np.expm1(lookahead[0, 1]), dearer, atol=1e-4)


def test_the_lookahead_reaches_no_further_than_the_window() -> None:
    music = [(0, 8, MIDDLE_C), (6, 9, MIDDLE_C + 24), (20, 22, MIDDLE_C)]
    blind, near, far = (CONFIG.lookahead(_choices(music, visible=visible).features) for visible in (6, 20, 21))
    np.testing.assert_array_equal(blind, blind[:, :1].repeat(3, axis=1))
    np.testing.assert_array_equal(near, np.stack([blind[:, 0], far[:, 1], far[:, 1]], axis=1))
