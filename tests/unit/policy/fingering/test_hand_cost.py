"""What a jump costs one hand; other costs are compared with independent ones in `test_hand_options`."""

import numpy as np
import slow_fingering

from pianomime_core.keyboard import KEYBOARD
from pianomime_policy.fingering.fingering import FingeringConfig, fingering_costs
from pianomime_policy.fingering.hand_cost import Grip, HandState, hand_cost

COSTS = fingering_costs(FingeringConfig())
STEP = 20


def cost_after_rest(rest_steps: int, travel_m: float) -> float:
    """Cost of a middle finger that strikes a key `travel_m` from its hand, which last played `rest_steps` ago."""
    key = int(np.argmin(np.abs(KEYBOARD.center_y_m)))
    none = np.full(10, -1, np.int64)
    state = HandState(KEYBOARD.center_y_m[key] - travel_m, STEP - rest_steps, none, none, none)
    cost, _ = hand_cost(COSTS, state, STEP, Grip(np.array([key]), np.array([2]), np.array([True])), 1)
    return cost


def test_a_jump_is_the_cheaper_the_longer_the_rest_up_to_a_limit():
    limit = slow_fingering.LONGEST_REST_STEPS
    costs = [cost_after_rest(rest, 1.0) for rest in (2, 10, limit - 10, limit)]
    assert costs == sorted(costs, reverse=True)
    assert len(set(costs)) == 4
    assert cost_after_rest(10 * limit, 1.0) == costs[-1]
