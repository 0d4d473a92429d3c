"""Observation changes nothing, and shows what happens between control steps."""

import numpy as np

from pianomime_physics.observed_simulator import ObservedSimulator
from pianomime_physics.simulator import Simulator, SimulatorState


def test_observed_steps_are_those_of_the_simulator_to_the_last_bit():
    seen: list[SimulatorState] = []
    plain, observed = Simulator(), ObservedSimulator(seen.append)
    plain.reset()
    observed.reset()
    random = np.random.default_rng(0)
    for _ in range(20):
        targets = random.uniform(*plain.target_range.T)
        want, got = plain.step(targets), observed.step(targets)
        for name in ("joint_positions", "joint_velocities", "key_angles", "key_velocities"):
            np.testing.assert_array_equal(getattr(got, name), getattr(want, name))
        np.testing.assert_array_equal(seen[-1].key_angles, want.key_angles)
    assert len(seen) == 200
    np.testing.assert_allclose([state.time_s for state in seen], 0.005 * np.arange(1, 201))


def test_steps_that_nobody_watches_are_not_shown_and_are_the_same():
    seen: list[SimulatorState] = []
    watched = iter([False, True, False])
    plain, observed = Simulator(), ObservedSimulator(seen.append, is_observed=lambda: next(watched))
    plain.reset()
    observed.reset()
    random = np.random.default_rng(1)
    for _ in range(3):
        targets = random.uniform(*plain.target_range.T)
        np.testing.assert_array_equal(observed.step(targets).joint_positions, plain.step(targets).joint_positions)
    np.testing.assert_allclose([state.time_s for state in seen], 0.005 * np.arange(11, 21))
