"""Whole postures against where the chain says the fingertips are."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pianomime_core.hands import SIDES
from pianomime_description.hand_spec import build_hand
from pianomime_policy.hand_control.hand_kinematics import HandChain, body_poses, fingertip_points, hand_chain
from pianomime_policy.hand_control.inverse_kinematics import (
    Contacts,
    InverseKinematicsConfig,
    Objective,
    SolverSettings,
    lone_steps,
    solve_posture,
    solver_settings,
)

CONFIG = InverseKinematicsConfig()


class Hand(NamedTuple):
    """A hand over the middle of its side of the keyboard: at rest with fingers half bent, or flat near the keys."""

    chain: HandChain
    rest: np.ndarray
    flat: np.ndarray


def make_hand(side: str) -> Hand:
    model = build_hand(side, "pianomime").compile()
    chain = hand_chain(model, side)
    bent = {"FFJ3": 0.5, "MFJ3": 0.5, "RFJ3": 0.5, "LFJ3": 0.5, "FFJ0": 0.7, "MFJ0": 0.7, "RFJ0": 0.7, "LFJ0": 0.6}
    bent |= {"THJ4": 0.6, "THJ2": 0.3, "WRJ1": 0.1, "forearm_tz": -0.01}
    flat = {"WRJ1": 0.35, "forearm_tz": -0.04}
    short = [model.actuator(a).name.split("_", 1)[1] for a in range(model.nu)]
    return Hand(chain, *(np.array([pose.get(name, 0.0) for name in short]) for pose in (bent, flat)))


HANDS = {side: make_hand(side) for side in SIDES}


@pytest.fixture(params=SIDES)
def hand(request) -> Hand:
    return HANDS[request.param]


class Solved(NamedTuple):
    """Posture, contact points, their Jacobians and the error the solver reports."""

    z: np.ndarray
    points: np.ndarray
    jacobians: np.ndarray
    error_m: float


def capped(n: int, clearance_weight: float = CONFIG.clearance_weight, **changes: float) -> SolverSettings:
    """The settings for n coordinates whose steps are all capped."""
    config = replace(CONFIG, clearance_weight=clearance_weight, **changes)
    return solver_settings(config, np.zeros(n, dtype=np.bool_))


def solve(
    hand: Hand,
    target: np.ndarray,
    weight: np.ndarray,
    *,
    start: np.ndarray | None = None,
    slack: np.ndarray | None = None,
    iterations: int = 60,
    clearance_weight: float = 0.0,
) -> Solved:
    """Solve from `start`, or from rest, with a posture that hardly matters."""
    chain, rest, _ = hand
    n = len(rest)
    z = (rest if start is None else start).copy()
    points, jacobians = np.full((5, 3), np.nan), np.full((5, 3, n), np.nan)
    error_m = solve_posture(
        chain, z, np.zeros(len(chain.joint_body)) if slack is None else slack,
        Objective(target, weight, rest, np.full(n, 1e-7), z.copy(), np.full(n, 1e-7)),
        capped(n, clearance_weight), iterations, Contacts(points, jacobians),
    )  # fmt: skip
    return Solved(z, points, jacobians, error_m)


def tips_at(hand: Hand, z: np.ndarray, slack: np.ndarray | float = 0.0) -> np.ndarray:
    return fingertip_points(hand.chain, hand.chain.coupling @ z + slack, CONFIG.pad_softness_m)


EVERYWHERE = np.ones((5, 3))


def test_chords_that_the_hand_can_take_are_reached(hand):
    random = np.random.default_rng(2)
    for _ in range(20):
        spread = np.minimum(0.15, 0.2 * (hand.chain.upper - hand.chain.lower))
        z = np.clip(hand.rest + random.uniform(-spread, spread), hand.chain.lower, hand.chain.upper)
        chord = tips_at(hand, z)
        solved = solve(hand, chord, EVERYWHERE)
        assert np.abs(tips_at(hand, solved.z) - chord).max() < CONFIG.tolerance_m + 1e-9
        assert solved.error_m < CONFIG.tolerance_m


def test_measured_slack_is_taken_into_account(hand):
    slack = np.random.default_rng(4).normal(0.0, 0.05, len(hand.chain.joint_body))
    chord = tips_at(hand, hand.rest, slack)
    solved = solve(hand, chord, EVERYWHERE, slack=slack, start=hand.rest + 0.02)
    assert np.abs(tips_at(hand, solved.z, slack) - chord).max() < CONFIG.tolerance_m


def test_points_jacobians_and_error_are_those_of_the_posture_returned(hand):
    chord = tips_at(hand, hand.rest) + 0.01
    solved = solve(hand, chord, EVERYWHERE, iterations=4)
    np.testing.assert_allclose(solved.points, tips_at(hand, solved.z), atol=1e-12)
    assert solved.error_m == pytest.approx(np.abs(chord - solved.points).max())
    # A pad rolls when the finger turns, which the Jacobian of a fixed point leaves out: heights alone are comparable.
    for i in range(len(hand.rest)):
        moved = solved.z.copy()
        moved[i] += 1e-6
        height = (tips_at(hand, moved) - solved.points)[:, 2] / 1e-6
        np.testing.assert_allclose(height, solved.jacobians[:, 2, i], atol=6e-3)


def test_fingers_with_nothing_due_do_not_count_as_an_error(hand):
    chord = tips_at(hand, hand.rest)
    chord[4] += 0.5
    weight = EVERYWHERE.copy()
    weight[4] = 1e-4
    assert solve(hand, chord, weight).error_m < 0.01


def test_a_posture_that_is_right_stays(hand):
    solved = solve(hand, tips_at(hand, hand.rest), EVERYWHERE)
    np.testing.assert_allclose(solved.z, hand.rest, atol=1e-9)


def test_no_iterations_only_evaluate(hand):
    solved = solve(hand, np.zeros((5, 3)), EVERYWHERE, iterations=0)
    assert np.array_equal(solved.z, hand.rest)
    np.testing.assert_allclose(solved.points, tips_at(hand, hand.rest), atol=1e-12)


def knuckle_heights(hand: Hand, z: np.ndarray) -> np.ndarray:
    bodies, joints = len(hand.chain.parent), len(hand.chain.joint_body)
    position = np.empty((bodies, 3))
    body_poses(
        hand.chain, hand.chain.coupling @ z, position, np.empty((bodies, 3, 3)), np.empty((joints, 3)),
        np.empty((joints, 3)),
    )  # fmt: skip
    return position[hand.chain.knuckle_body, 2]


def test_knuckles_keep_clear_of_the_keys(hand):
    # A hand that lies flat on the keys, all fingertips at their targets.
    flat = hand.flat
    touching, clear = (
        solve(hand, tips_at(hand, flat), 0.01 * EVERYWHERE, start=flat, clearance_weight=w)
        for w in (0.0, CONFIG.clearance_weight)
    )
    assert knuckle_heights(hand, touching.z).min() < CONFIG.clearance_m - 0.015
    assert knuckle_heights(hand, clear.z).min() > CONFIG.clearance_m - 0.004


def test_targets_out_of_reach_are_approached_within_the_range(hand):
    for away in ([1.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, -3.0], [-1e3, 1e3, 1e3]):
        target = tips_at(hand, hand.rest) + away
        solved = solve(hand, target, EVERYWHERE)
        assert np.all(np.isfinite(solved.z))
        assert np.all(solved.z >= hand.chain.lower)
        assert np.all(solved.z <= hand.chain.upper)
        assert solved.error_m > 0.3
        before, after = (np.sum((p - target) ** 2) for p in (tips_at(hand, hand.rest), solved.points))
        assert after < before


metres = st.floats(-2.0, 2.0)
weights = st.sampled_from([0.0, 1e-6, 0.02, 1.0, 1e3])


@settings(deadline=None, max_examples=60)
@given(
    side=st.sampled_from(SIDES),
    target=st.lists(metres, min_size=15, max_size=15),
    weight=st.lists(weights, min_size=15, max_size=15),
    start=st.integers(0, 2**32 - 1),
)
def test_any_targets_give_a_posture_within_the_range(side, target, weight, start):
    hand = HANDS[side]
    z = np.random.default_rng(start).uniform(hand.chain.lower, hand.chain.upper)
    solved = solve(hand, np.reshape(target, (5, 3)), np.reshape(weight, (5, 3)), start=z, iterations=8)
    for values in solved:
        assert np.all(np.isfinite(values))
    assert np.all(solved.z >= hand.chain.lower)
    assert np.all(solved.z <= hand.chain.upper)


# Weights of a pressing thumb, a ready index, a travelling and an idle finger, and one that is let go.
UNEVEN = np.array([[0.6, 1.0, 2.0], [1.0, 1.0, 1.0], [0.3, 0.3, 0.5], [0.02, 0.02, 0.25], [0.3, 0.6, 1.0]])


STIFF = 1e-3


def _alone(
    hand: Hand, z: np.ndarray, target: np.ndarray, rest: np.ndarray, clearance_weight: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Steps, contact points and their Jacobians."""
    points, jacobians, stiff = np.empty((5, 3)), np.empty((5, 3, len(z))), np.full(len(z), STIFF)
    found = lone_steps(
        hand.chain, z, np.zeros(len(hand.chain.joint_body)), Objective(target, UNEVEN, rest, stiff, rest, stiff),
        capped(len(z), clearance_weight), Contacts(points, jacobians),
    )  # fmt: skip
    return found, points, jacobians


def test_a_coordinate_alone_takes_newtons_step_of_the_weighted_squares(hand):
    z = hand.rest + 0.05
    target = tips_at(hand, hand.rest) + np.array([0.004, -0.006, 0.008])
    found, points, jacobians = _alone(hand, z, target, hand.rest, 0.0)
    np.testing.assert_allclose(points, tips_at(hand, z))
    error = np.clip(target - points, -CONFIG.error_cap_m, CONFIG.error_cap_m)
    slope = sum(UNEVEN[f, k] * error[f, k] * jacobians[f, k] for f in range(5) for k in range(3)) - 2 * STIFF * 0.05
    bend = sum(UNEVEN[f, k] * jacobians[f, k] ** 2 for f in range(5) for k in range(3)) + 2 * STIFF + CONFIG.damping
    expected = np.clip(z + slope / bend, hand.chain.lower, hand.chain.upper) - z
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("lowered_m", [0.0, 0.03])
def test_no_coordinate_alone_moves_where_the_solver_rests(hand, lowered_m):
    # The lower of them presses its knuckles, too, towards the keys.
    chain, z, rest = hand.chain, hand.flat.copy(), hand.flat
    target = tips_at(hand, rest) + np.array([0.0, 0.01, -lowered_m])
    stiff = np.full(len(z), STIFF)
    solve_posture(
        chain, z, np.zeros(len(chain.joint_body)), Objective(target, UNEVEN, rest, stiff, rest, stiff),
        capped(len(z), tolerance_m=0.0), 2000, Contacts(np.empty((5, 3)), np.empty((5, 3, len(z)))),
    )  # fmt: skip
    np.testing.assert_allclose(_alone(hand, z, target, rest, CONFIG.clearance_weight)[0], 0.0, atol=1e-6)
    assert knuckle_heights(hand, z).min() < CONFIG.clearance_m
    assert np.abs(_alone(hand, z, target, rest, 0.0)[0]).max() > 1e-3  # the clearance is part of it
