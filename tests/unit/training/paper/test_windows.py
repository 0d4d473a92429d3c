"""Windows of a clip whose numbers identify their step."""

from dataclasses import replace

import numpy as np
from training.demonstrations import Demonstration, Expert
from training.paper.configs import CONFIGS
from training.paper.goals import Keys
from training.paper.windows import windows

from pianomime_core.keyboard import NUM_KEYS

STEPS = 6


def demonstration() -> Demonstration:
    """Row t is full of t; key t is due in step t."""
    steps = np.arange(STEPS, dtype=np.float32)[:, None]

    def rows(size: int) -> np.ndarray:
        return np.repeat(steps, size, axis=1)

    return Demonstration(
        clip=0,
        song=0,
        goal=np.eye(STEPS, NUM_KEYS, dtype=bool),
        fingering=np.full((STEPS, 10), -1),
        fingertips_m=rows(36).reshape(STEPS, 12, 3),
        expert=Expert(10 + rows(54), 20 + rows(54), 30 + rows(88), 40 + rows(46), 1.0),
    )


def test_the_high_level_sees_goals_and_the_fingertips_before_and_does_four_steps() -> None:
    level = CONFIGS["no-sdf"].high
    assert level is not None
    conditions, actions = windows(level, [demonstration()], Keys())
    assert conditions.shape == (STEPS, 11 * 88 + 36)
    goals = conditions[:, : 11 * 88].reshape(STEPS, 11, 88)
    np.testing.assert_array_equal(np.argwhere(goals[2]), [[0, 2], [1, 3], [2, 4], [3, 5]])
    np.testing.assert_array_equal(conditions[:, -1], [0, 0, 1, 2, 3, 4])
    np.testing.assert_array_equal(actions[:, :, 0], [[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 5],
                                                     [4, 5, 5, 5], [5, 5, 5, 5]])  # fmt: skip
    assert actions.shape == (STEPS, 4, 36)


def test_residuals_are_from_the_fingertips_before() -> None:
    level = CONFIGS["two-stage-residual"].high
    assert level is not None
    _, actions = windows(level, [demonstration()], Keys())
    np.testing.assert_array_equal(actions[:3, :, 0], [[0, 1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 4]])


def test_the_low_level_sees_goals_fingertips_and_state_and_does_targets() -> None:
    conditions, actions = windows(CONFIGS["no-sdf"].low, [demonstration()], Keys())
    assert conditions.shape == (STEPS, 4 * (88 + 36) + 54 + 54 + 88)
    fingertips, state = conditions[4, 4 * 88 : 4 * (88 + 36)], conditions[4, 4 * (88 + 36) :]
    np.testing.assert_array_equal(fingertips.reshape(4, 36)[:, 0], [4, 5, 5, 5])
    np.testing.assert_array_equal(state[[0, 53, 54, 107, 108, 195]], [14, 14, 24, 24, 34, 34])
    np.testing.assert_array_equal(actions[4, :, 0], [44, 45, 45, 45])


def test_without_high_level_no_fingertips_are_seen() -> None:
    conditions, actions = windows(replace(CONFIGS["one-stage"].low), [demonstration()], Keys())
    assert conditions.shape == (STEPS, 11 * 88 + 196)
    assert actions.shape == (STEPS, 4, 46)


def test_windows_end_with_their_clip_and_targets_are_learned_from_experts_alone() -> None:
    unplayed = replace(demonstration(), expert=None)
    config = CONFIGS["no-sdf"]
    assert config.high is not None
    assert len(windows(config.high, [demonstration(), unplayed], Keys())[0]) == 2 * STEPS
    conditions, actions = windows(config.low, [unplayed, demonstration(), demonstration()], Keys())
    assert len(conditions) == len(actions) == 2 * STEPS
    np.testing.assert_array_equal(actions[STEPS - 1, :, 0], 4 * [45])
    np.testing.assert_array_equal(actions[STEPS, :, 0], [40, 41, 42, 43])
