"""Rows of postures against the solver of one posture, row by row."""

import numpy as np
import pytest

from pianomime_core.hands import SIDES
from pianomime_description.hand_spec import build_hand
from pianomime_policy.hand_control.hand_kinematics import fingertip_points, hand_chain
from pianomime_policy.hand_control.inverse_kinematics import (
    Contacts,
    InverseKinematicsConfig,
    Objective,
    lone_steps,
    solve_posture,
    solver_settings,
)
from pianomime_policy.hand_control.posture_rows import WantedRows, lone_steps_of_rows, solve_rows

CONFIG = InverseKinematicsConfig()
ROWS, ITERATIONS = 12, 3
FINE, COARSE = 4e-4, 1e-4  # nearness


class Hand:
    """A hand that goes along the keyboard, and begins each row somewhere near its way."""

    def __init__(self, side: str) -> None:
        random = np.random.default_rng(0)
        self.chain = hand_chain(build_hand(side, "pianomime").compile(), side)
        n = len(self.chain.lower)
        self.near = np.clip(random.normal(0.2, 0.1, n), self.chain.lower, self.chain.upper)
        self.slack = np.zeros(len(self.chain.joint_body))
        tips = fingertip_points(self.chain, self.chain.coupling @ self.near, CONFIG.pad_softness_m)
        along = np.arange(1, ROWS + 1)[:, None, None] * np.array([0.0, 0.002, -0.001])
        rest = np.tile(self.near, (ROWS, 1))
        self.wanted = WantedRows(tips + along, random.uniform(0.3, 1.0, (ROWS, 5, 3)), rest, np.full(n, 1e-5))
        self.begun = np.clip(rest + random.normal(0.0, 0.01, (ROWS, n)), self.chain.lower, self.chain.upper)
        self.settings = solver_settings(CONFIG, np.zeros(n, bool))

    def objective(self, row: int, near: np.ndarray, nearness: float) -> Objective:
        target, weight, rest, stiffness = self.wanted
        return Objective(target[row], weight[row], rest[row], stiffness, near, np.full(len(near), nearness))

    def contacts(self) -> Contacts:
        return Contacts(np.zeros((5, 3)), np.zeros((5, 3, len(self.near))))

    def solved(self, row: int, near: np.ndarray, nearness: float) -> tuple[np.ndarray, np.ndarray]:
        """The posture of a row alone, and the Jacobians of the fingertips there."""
        z, contacts = self.begun[row].copy(), self.contacts()
        objective = self.objective(row, near, nearness)
        solve_posture(self.chain, z, self.slack, objective, self.settings, ITERATIONS, contacts)
        return z, contacts.jacobians


@pytest.fixture(params=SIDES)
def hand(request) -> Hand:
    return Hand(request.param)


def rows_of(hand: Hand, rows_per_step: int, fine_rows: int) -> tuple[np.ndarray, np.ndarray]:
    n, z = len(hand.near), hand.begun.copy()
    jacobians = np.zeros((ROWS, 5, 3, n))
    solve_rows(
        hand.chain, z, hand.slack, hand.wanted, hand.near, np.full(n, FINE), np.full(n, COARSE), hand.settings,
        ITERATIONS, rows_per_step, fine_rows, jacobians,
    )  # fmt: skip
    return z, jacobians


@pytest.mark.parametrize("fine_rows", [1, ROWS])
def test_rows_of_a_step_each_are_all_solved_one_near_the_other(hand, fine_rows):
    z, jacobians = rows_of(hand, 1, fine_rows)
    near = hand.near
    for row in range(ROWS):
        near, expected = hand.solved(row, near, FINE if row < fine_rows else COARSE)
        np.testing.assert_array_equal(z[row], near)
        np.testing.assert_array_equal(jacobians[row], expected)


def test_of_later_steps_the_last_row_is_solved_with_straight_lines_in_between(hand):
    z, jacobians = rows_of(hand, 4, 4)
    near = hand.near
    for row in range(4):
        near, _ = hand.solved(row, near, FINE)
        np.testing.assert_array_equal(z[row], near)
    for last in (7, 11):
        end, expected = hand.solved(last, near, COARSE)
        np.testing.assert_allclose(z[last - 4 : last + 1], np.linspace(near, end, 5), atol=1e-12)
        np.testing.assert_array_equal(jacobians[last], expected)
        near = end


def test_lone_steps_are_those_of_each_row(hand):
    near = np.concatenate([hand.near[None], hand.begun[:-1]])
    nearness = np.full(len(hand.near), COARSE)
    steps, points = lone_steps_of_rows(
        hand.chain, hand.begun, hand.slack, hand.wanted, near, np.tile(nearness, (ROWS, 1)), hand.settings
    )
    for row in range(ROWS):
        contacts = hand.contacts()
        objective = hand.objective(row, near[row], COARSE)
        expected = lone_steps(hand.chain, hand.begun[row], hand.slack, objective, hand.settings, contacts)
        np.testing.assert_array_equal(steps[row], expected)
        np.testing.assert_array_equal(points[row], contacts.points)
