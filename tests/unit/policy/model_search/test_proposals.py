"""Proposals of the search."""

from dataclasses import replace

import numpy as np
import pytest

from pianomime_policy.hand_control.hands_controller import AS_PLANNED, Adaptation
from pianomime_policy.model_search.proposals import ProposalConfig, propose

KEY = 40
CORRECTING = replace(ProposalConfig(), corrections=1.0, fresh=0.0, correction_gain=(1.0, 1.0))
FRESH = replace(ProposalConfig(), corrections=0.0, fresh=1.0)
LOCAL = replace(ProposalConfig(), corrections=0.0, fresh=0.0)


def errors(x_m: float, y_m: float, z_m: float, steps: int) -> np.ndarray:
    press_error_m = np.zeros((88, 4))
    press_error_m[KEY] = steps * x_m, steps * y_m, steps * z_m, steps
    return press_error_m


def test_a_correction_aims_as_far_to_the_other_side_as_the_error():
    new = propose(CORRECTING, AS_PLANNED, errors(0.001, -0.004, -0.002, 5), np.random.default_rng(0))
    assert new.press_offset_m[KEY] == pytest.approx([0.001, -0.004, -0.001])
    assert not np.delete(new.press_offset_m, KEY, axis=0).any()
    assert not new.centre_shift_m.any()


def test_a_pad_held_up_by_the_keybed_is_no_error():
    new = propose(CORRECTING, AS_PLANNED, errors(0.0, 0.0, 0.003, 5), np.random.default_rng(0))
    assert not new.press_offset_m.any()


def test_a_correction_has_limits():
    far = Adaptation(press_offset_m=np.full((88, 3), 0.009))
    new = propose(CORRECTING, far, errors(0.0, 0.05, 0.0, 1), np.random.default_rng(0))
    assert new.press_offset_m[KEY, 1] == CORRECTING.offset_limit_m
    new = propose(CORRECTING, AS_PLANNED, errors(0.0, -0.05, 0.0, 1), np.random.default_rng(0))
    assert new.press_offset_m[KEY, 1] == -CORRECTING.correction_limit_m


def test_fresh_changes_forget_and_local_ones_remember():
    random = np.random.default_rng(0)
    tried = Adaptation(press_offset_m=np.full((88, 3), 1.0))
    assert abs(propose(FRESH, tried, errors(0, 0, 0, 1), random).press_offset_m.mean()) < 0.1
    assert propose(LOCAL, tried, errors(0, 0, 0, 1), random).press_offset_m.mean() == pytest.approx(1.0, abs=0.01)


def test_spread_and_share_are_as_configured():
    random = np.random.default_rng(0)
    drawn = np.array([propose(FRESH, AS_PLANNED, errors(0, 0, 0, 1), random).press_offset_m for _ in range(50)])
    changed = drawn.any(axis=2)
    assert changed.mean() == pytest.approx(FRESH.press_share, abs=0.02)
    assert drawn[changed].std(axis=0) == pytest.approx(FRESH.press_spread_m, rel=0.05)
