"""The model of a hand against MuJoCo, and the tracking law against the same problem solved by a general optimiser."""

import copy
from dataclasses import replace

import mujoco
import numpy as np
import pytest
from scipy.optimize import minimize

from pianomime_core.hands import SIDES
from pianomime_core.timing import CONTROL_TIMESTEP_S, PHYSICS_STEPS_PER_CONTROL_STEP, PHYSICS_TIMESTEP_S
from pianomime_description.hand_spec import build_hand
from pianomime_policy.hand_control.hand_kinematics import hand_chain
from pianomime_policy.hand_control.tracking import HandModel, Tracker, TrackingConfig, error_weights, hand_model

CONFIG = TrackingConfig()


@pytest.fixture(scope="module", params=[(s, v) for s in SIDES for v in ("pianomime", "robopianist")], ids="-".join)
def hand(request) -> tuple[mujoco.MjModel, np.ndarray, np.ndarray, HandModel]:
    """A hand without dry friction, how its joints are coupled, a pose in the middle of its range, its linear model."""
    side, variant = request.param
    model = build_hand(side, variant).compile()
    model.opt.timestep = PHYSICS_TIMESTEP_S
    model.actuator_ctrllimited[:] = False
    model.dof_frictionloss[:] = 0.0
    chain = hand_chain(model, side)
    z = 0.5 * (chain.lower + chain.upper)
    return model, chain.coupling, z, hand_model(model, chain.coupling, z)


def simulate(model: mujoco.MjModel, coupling: np.ndarray, z: np.ndarray, state: np.ndarray, targets: np.ndarray):
    """(2n,) positions and velocities of all actuators a control step after z + `state`, with targets z + `targets`."""
    n = model.nu
    data = mujoco.MjData(model)
    data.qpos[:] = coupling @ (z + state[:n])
    data.qvel[:] = coupling @ state[n:]
    data.ctrl[:] = z + targets
    mujoco.mj_step(model, data, PHYSICS_STEPS_PER_CONTROL_STEP)
    mujoco.mj_forward(model, data)
    return np.concatenate([data.actuator_length - z, data.actuator_velocity])


def test_one_control_step_is_mujocos(hand):
    model, coupling, z, linear = hand
    n = model.nu
    scale = np.concatenate([np.ones(n), np.full(n, 1.0 / CONTROL_TIMESTEP_S)])
    # Joints that share an actuator are one mass in the model; in MuJoCo each swings the other.
    alone = np.tile(np.count_nonzero(coupling, axis=0) == 1, 2)
    still = simulate(model, coupling, z, np.zeros(2 * n), np.zeros(n))
    for a in range(n):
        for begin in (0, n):
            state = np.zeros(2 * n)
            state[begin + a] = 1e-3 * scale[begin + a]
            got = (simulate(model, coupling, z, state, np.zeros(n)) - still) / 1e-3 / scale
            error = np.abs(got - linear.A @ state / 1e-3 / scale)
            assert np.all(error[alone] < 0.03), (model.actuator(a).name, error.max())
            assert np.all(error < 0.2), (model.actuator(a).name, error.max())
        targets = np.zeros(n)
        targets[a] = 1e-3
        got = (simulate(model, coupling, z, np.zeros(2 * n), targets) - still) / 1e-3 / scale
        error = np.abs(got - linear.B[:, a] / scale)
        assert np.all(error[alone] < 0.03), (model.actuator(a).name, error.max())


def test_the_forearm_swings_the_wrist(hand):
    # The coupling that a model of single actuators lacks: the hand stays behind when the forearm starts.
    model, coupling, z, linear = hand
    names = [model.actuator(a).name.split("_", 1)[1] for a in range(model.nu)]
    forearm, yaw = names.index("forearm_tx"), names.index("WRJ2")
    still = simulate(model, coupling, z, np.zeros(2 * model.nu), np.zeros(model.nu))
    pushed = np.zeros(model.nu)
    pushed[forearm] = 0.1
    swing = (simulate(model, coupling, z, np.zeros(2 * model.nu), pushed) - still)[yaw]
    assert abs(swing) > 0.01
    assert linear.B[yaw, forearm] * 0.1 == pytest.approx(swing, rel=0.2)


def test_dry_friction_moves_a_finger_less_than_its_dead_band(hand):
    smooth, coupling, z, _ = hand
    side, variant = smooth.actuator(0).name[:2], "pianomime" if smooth.nu == 23 else "robopianist"
    rough = copy.copy(smooth)
    rough.dof_frictionloss[:] = build_hand(side, variant).compile().dof_frictionloss
    rest = np.zeros(2 * smooth.nu)
    for a in range(smooth.nu):
        # What friction takes is what a target nearer by friction / gain would take.
        friction = rough.dof_frictionloss[np.flatnonzero(coupling[:, a])].max()
        dead_band = friction / smooth.actuator_gainprm[a, 0]
        targets = np.zeros(smooth.nu)
        targets[a] = 0.1 * np.ptp(smooth.actuator_ctrlrange[a])
        without, with_friction = (simulate(m, coupling, z, rest, targets)[a] for m in (smooth, rough))
        assert abs(without - with_friction) <= dead_band + 1e-3, smooth.actuator(a).name


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


def test_slides_are_those_of_the_forearm(hand):
    model, *_, linear = hand
    assert [model.actuator(a).name.split("_", 1)[1].startswith("forearm") for a in range(model.nu)] == list(
        linear.is_slide
    )


def test_targets_held_are_reached_and_kept(hand):
    *_, z, linear = hand
    there = np.concatenate([z, 0.0 * z])
    np.testing.assert_allclose(linear.A @ there + linear.B @ z, there, atol=1e-9)
    assert np.all(np.abs(np.linalg.eigvals(linear.A)) < 1.0)


@pytest.mark.parametrize("rows_per_step", [2, 5, 10])
def test_parts_of_a_step_with_one_target_are_the_step(hand, rows_per_step):
    model, coupling, z, whole = hand
    part = hand_model(model, coupling, z, PHYSICS_STEPS_PER_CONTROL_STEP // rows_per_step)
    n = model.nu
    state, driven = np.eye(2 * n), np.zeros((2 * n, n))
    for _ in range(rows_per_step):
        state, driven = part.A @ state, part.A @ driven + part.B
    np.testing.assert_allclose(state, whole.A, atol=1e-9)
    np.testing.assert_allclose(driven, whole.B, atol=1e-9)


@pytest.mark.parametrize("rows_per_step", [1, 5])
def test_tracking_minimises_its_sum(hand, rows_per_step):
    model, coupling, z, _ = hand
    linear = hand_model(model, coupling, z, PHYSICS_STEPS_PER_CONTROL_STEP // rows_per_step)
    config = replace(CONFIG, preview_steps=CONFIG.preview_steps if rows_per_step == 1 else 2)
    n, rows = len(linear.gain), config.preview_steps * rows_per_step
    random = np.random.default_rng(3)
    position, velocity = random.normal(0.0, 0.2, n), random.normal(0.0, 1.0, n)
    reference = random.normal(0.0, 0.3, (rows, n))
    weights = error_weights(linear, CONFIG.lever_m)

    def total(flat: np.ndarray) -> tuple[float, np.ndarray]:
        # The documented sum, rolled out step by step, and its gradient by going back.
        targets = flat.reshape(rows, n)
        states, x, value = [], np.concatenate([position, velocity]), 0.0
        for u, target in zip(targets, reference, strict=True):
            x = linear.A @ x + linear.B @ u
            states.append(x)
            value += weights @ (x[:n] - target) ** 2 + CONFIG.effort * weights @ (u - target) ** 2
        gradient, back = np.zeros_like(targets), np.zeros(2 * n)
        for t in range(rows - 1, -1, -1):
            back[:n] += 2.0 * weights * (states[t][:n] - reference[t])
            gradient[t] = linear.B.T @ back + 2.0 * CONFIG.effort * weights * (targets[t] - reference[t])
            back = linear.A.T @ back
        return value, gradient.ravel()

    targets = Tracker(linear, config, rows_per_step).targets(position, velocity, reference)
    assert targets.shape == (rows_per_step, n)
    found = minimize(
        total, np.resize(targets, rows * n), jac=True, method="L-BFGS-B", options={"maxiter": 5000, "ftol": 1e-15}
    )
    later = found.x.reshape(rows, n)[rows_per_step:]
    # With the rest as good as it gets, no other first targets cost less.
    best = total(np.concatenate([targets, later]).ravel())[0]
    assert best <= found.fun * (1.0 + 1e-4)


def test_a_pose_that_stands_still_is_commanded_as_it_is(hand):
    *_, z, linear = hand
    held = np.tile(z, (CONFIG.preview_steps, 1))
    np.testing.assert_allclose(Tracker(linear, CONFIG).targets(z, 0.0 * z, held), z[None], atol=1e-9)
    model, coupling, *_ = hand
    tracker = Tracker(hand_model(model, coupling, z, 2), CONFIG, 5)
    np.testing.assert_allclose(tracker.targets(z, 0.0 * z, np.tile(z, (25, 1))), np.tile(z, (5, 1)), atol=1e-8)


def test_without_effort_the_next_row_is_reached_exactly(hand):
    *_, linear = hand
    n = len(linear.gain)
    tracker = Tracker(linear, TrackingConfig(preview_steps=1, effort=1e-12))
    [targets] = tracker.targets(np.zeros(n), np.zeros(n), np.full((1, n), 0.1))
    np.testing.assert_allclose(linear.B[:n] @ targets, 0.1, rtol=1e-5)
