"""The actuator model against MuJoCo, and the tracking law against the same problem solved as dense least squares."""

import copy

import mujoco
import numpy as np
import pytest

from pianomime_core.hands import SIDES
from pianomime_core.timing import CONTROL_TIMESTEP_S, PHYSICS_STEPS_PER_CONTROL_STEP, PHYSICS_TIMESTEP_S
from pianomime_description.hand_spec import build_hand
from pianomime_policy.planner.hand_kinematics import hand_chain
from pianomime_policy.planner.tracking import ActuatorModel, actuator_model, track

_FROZEN_KG_M2 = 1e9


@pytest.fixture(scope="module", params=[(s, v) for s in SIDES for v in ("pianomime", "robopianist")], ids="-".join)
def hand(request) -> tuple[mujoco.MjModel, np.ndarray, np.ndarray, ActuatorModel]:
    """A hand, how its joints are coupled, a pose in the middle of its range and the linear model there."""
    side, variant = request.param
    model = build_hand(side, variant).compile()
    model.opt.timestep = PHYSICS_TIMESTEP_S
    model.actuator_ctrllimited[:] = False
    chain = hand_chain(model, side)
    z = 0.5 * (chain.lower + chain.upper)
    return model, chain.coupling, z, actuator_model(model, chain.coupling, z)


def simulate(
    hand: tuple[mujoco.MjModel, np.ndarray, np.ndarray, ActuatorModel],
    actuator: int,
    start: tuple[float, float],
    target: float,
    friction: float,
) -> np.ndarray:
    """(2,) position and velocity of one actuator a control step after `start`, relative to z; others stand still.

    `friction` multiplies the dry friction of the joints.
    """
    model, coupling, z, _ = hand
    model = copy.copy(model)
    model.dof_armature[coupling[:, actuator] == 0.0] = _FROZEN_KG_M2
    model.dof_frictionloss[:] *= friction
    data = mujoco.MjData(model)
    moved = z.copy()
    moved[actuator] += start[0]
    data.qpos[:] = coupling @ moved
    data.qvel[:] = coupling[:, actuator] * start[1]
    data.ctrl[:] = z
    data.ctrl[actuator] += target
    mujoco.mj_step(model, data, PHYSICS_STEPS_PER_CONTROL_STEP)
    mujoco.mj_forward(model, data)
    return np.array([data.actuator_length[actuator] - z[actuator], data.actuator_velocity[actuator]])


STARTS = [((0.0, 0.0), 0.01), ((0.01, 0.0), 0.0), ((0.0, 0.1), 0.0), ((-0.01, 0.05), 0.01)]


@pytest.mark.parametrize(("start", "target"), STARTS)
def test_one_control_step_without_friction_is_mujocos(hand, start, target):
    model, coupling, _, linear = hand
    scale = max(abs(start[0]), abs(start[1]) * CONTROL_TIMESTEP_S, abs(target)) / np.array([1.0, CONTROL_TIMESTEP_S])
    for a in range(model.nu):
        error = linear.A[a] @ start + linear.B[a] * target - simulate(hand, a, start, target, 0.0)
        # The two outer joints of a finger are one mass in the model; in MuJoCo each swings the other.
        tolerance = 0.1 if np.count_nonzero(coupling[:, a]) > 1 else 0.005
        assert np.all(np.abs(error) < tolerance * scale), model.actuator(a).name


def test_dry_friction_moves_a_finger_less_than_its_dead_band(hand):
    model, coupling, _, linear = hand
    for a in range(model.nu):
        # What friction takes is what a target nearer by friction / gain would take.
        dead_band = model.dof_frictionloss[np.flatnonzero(coupling[:, a])].max() / linear.gain[a]
        target = 0.1 * np.ptp(model.actuator_ctrlrange[a])
        smooth, rough = (simulate(hand, a, (0.0, 0.0), target, friction) for friction in (0.0, 1.0))
        assert 0.0 <= smooth[0] - rough[0] <= dead_band + 1e-9, model.actuator(a).name


def test_gains_are_the_actuators_own(hand):
    model, coupling, z, linear = hand
    data = mujoco.MjData(model)
    data.qpos[:] = coupling @ z
    forces = []
    for more in (0.0, 1e-3):
        data.ctrl[:] = z + more
        mujoco.mj_forward(model, data)
        forces.append(data.actuator_force.copy())
    np.testing.assert_allclose((forces[1] - forces[0]) / 1e-3, linear.gain, rtol=1e-6)


def test_a_target_held_is_reached_and_kept(hand):
    _, _, _, linear = hand
    for A, B in zip(linear.A, linear.B, strict=True):
        np.testing.assert_allclose(A @ (1.0, 0.0) + B, (1.0, 0.0), atol=1e-12)
        assert np.all(np.abs(np.linalg.eigvals(A)) < 1.0)


def dense_first_target(
    A: np.ndarray, B: np.ndarray, start: tuple[float, float], reference: np.ndarray, effort: float
) -> float:
    """First of the targets (T,) that minimise the documented sum, by least squares over all of them at once."""
    steps = len(reference)
    # x_t as a constant and a linear function of all targets.
    constant, linear = np.array(start), np.zeros((2, steps))
    rows, sides = [], []
    for t in range(steps):
        constant, linear = A @ constant, A @ linear
        linear[:, t] += B
        rows.append(linear[0])
        sides.append(reference[t] - constant[0])
    rows.extend(np.sqrt(effort) * np.eye(steps))
    sides.extend(np.sqrt(effort) * reference)
    return float(np.linalg.lstsq(np.array(rows), np.array(sides), rcond=None)[0][0])


@pytest.mark.parametrize("rows", [1, 2, 8, 30])
@pytest.mark.parametrize("effort", [1e-3, 0.03, 10.0])
def test_tracking_is_the_least_squares_solution(hand, rows, effort):
    *_, linear = hand
    n = len(linear.gain)
    random = np.random.default_rng(rows)
    position, velocity = random.normal(0.0, 0.2, n), random.normal(0.0, 1.0, n)
    reference = random.normal(0.0, 0.3, (rows, n))
    targets = track(linear.A, linear.B, position, velocity, reference, effort)
    for a in range(n):
        start = (position[a], velocity[a])
        expected = dense_first_target(linear.A[a], linear.B[a], start, reference[:, a], effort)
        assert targets[a] == pytest.approx(expected, abs=1e-8)


def test_a_pose_that_stands_still_is_commanded_as_it_is(hand):
    *_, z, linear = hand
    np.testing.assert_allclose(track(linear.A, linear.B, z, 0 * z, np.tile(z, (8, 1)), 0.03), z, atol=1e-9)


def test_no_effort_reaches_the_next_row_exactly(hand):
    *_, linear = hand
    n = len(linear.gain)
    targets = track(linear.A, linear.B, np.zeros(n), np.zeros(n), np.full((1, n), 0.1), 1e-12)
    np.testing.assert_allclose(linear.B[:, 0] * targets, 0.1, rtol=1e-6)
