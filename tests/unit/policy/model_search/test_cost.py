"""What a performance costs, against the benchmark's own scores."""

import numpy as np
import pytest

from pianomime_core.keyboard import KEYBOARD
from pianomime_core.metrics import score
from pianomime_policy.model_search.cost import NO_ONSETS, CostConfig, step_cost

SCORES_ALONE = CostConfig(missing_price=0.0, stray_price=0.0)


def song_cost(config: CostConfig, goal: np.ndarray, key_angles: np.ndarray) -> float:
    total, onsets = 0.0, NO_ONSETS
    for row, angles in zip(goal, key_angles, strict=True):
        cost, onsets = step_cost(config, onsets, row, angles)
        total += cost
    return total


@pytest.mark.parametrize("seed", range(20))
def test_the_cost_is_lost_frame_f1_and_onsets_without_partner(seed):
    random = np.random.default_rng(seed)
    goal = np.zeros((60, 88), bool)
    keys = random.integers(0, 88, 6)
    goal[:50, keys] = random.random((50, 6)) < 0.4
    pressed = np.zeros_like(goal)
    pressed[:50] = goal[:50] ^ (random.random((50, 88)) < 0.02)
    card = score(goal, pressed)
    reference = np.count_nonzero(np.diff(goal, axis=0, prepend=False) & goal)
    estimated = np.count_nonzero(np.diff(pressed, axis=0, prepend=False) & pressed)
    alone = reference * (1 - card.onset_recall) + estimated * (1 - card.onset_precision)
    angles = np.where(pressed, KEYBOARD.travel_rad, 0.0)
    assert song_cost(SCORES_ALONE, goal, angles) == pytest.approx(60 * (1 - card.f1) + alone)


def test_keys_near_the_threshold_cost_more_than_keys_far_from_it():
    goal = np.zeros((1, 88), bool)
    goal[0, 40] = True
    angles = np.where(goal, KEYBOARD.travel_rad, 0.0)
    perfect = song_cost(CostConfig(), goal, angles)
    half_down, stray = angles.copy(), angles.copy()
    half_down[0, 40] *= 0.5
    stray[0, 41] = 0.5 * KEYBOARD.activation_rad[41]
    assert perfect == 0.0
    assert song_cost(CostConfig(), goal, stray) == pytest.approx(0.25 * CostConfig().stray_price)
    assert song_cost(CostConfig(), goal, half_down) > song_cost(SCORES_ALONE, goal, half_down) == 1.0
