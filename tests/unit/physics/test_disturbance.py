"""Each disturbance has the expected physical effect."""

from collections.abc import Iterator
from contextlib import contextmanager

import mujoco
import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_core.keyboard import KEY_NAMES
from pianomime_physics.disturbance import Disturbance, DisturbedSimulator
from pianomime_physics.simulator import Simulator

# RoboPianist's white key: its mass at half its length from the hinge.
KEY_WEIGHT_NM = 0.04 * 9.81 * 0.075
KEY_SPRING_NM_PER_RAD = 2.0
KEY_SPRING_REFERENCE_RAD = np.radians(-1)


@contextmanager
def ctrl_of_physics_steps() -> Iterator[list[np.ndarray]]:
    """The ctrl of each physics step meanwhile, as MuJoCo itself finds it."""
    seen: list[np.ndarray] = []
    mujoco.set_mjcb_control(lambda model, data: seen.append(data.ctrl.copy()))
    try:
        yield seen
    finally:
        mujoco.set_mjcb_control(None)


def targets_of(simulator: Simulator, **targets: float) -> np.ndarray:
    return np.array([targets.get(name, 0.0) for name in simulator.target_names])


def test_no_disturbance_changes_no_bit():
    plain, disturbed = Simulator(), DisturbedSimulator(Disturbance(seed=3))
    random = np.random.default_rng(0)
    start = 0.01 * random.uniform(-1, 1, len(plain.joint_names))
    plain.reset(start), disturbed.reset(start)
    for _ in range(40):
        targets = random.uniform(*plain.target_range.T)
        expected, state = plain.step(targets), disturbed.step(targets)
        np.testing.assert_array_equal(state.key_angles, expected.key_angles)
        np.testing.assert_array_equal(disturbed.data.qpos, plain.data.qpos)
        np.testing.assert_array_equal(disturbed.data.qvel, plain.data.qvel)
        assert state.time_s == expected.time_s


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.2])
def test_a_key_stands_where_its_scaled_spring_holds_load_and_weight(scale):
    simulator = DisturbedSimulator(Disturbance(key_stiffness_scale=scale))
    simulator.reset()
    simulator.data.joint("key_60").qfrc_applied[0] = torque_nm = 0.05
    for _ in range(20):
        state = simulator.step(np.zeros(46))
    angle_rad = state.key_angles[KEY_NAMES.index("key_60")]
    spring_nm = scale * KEY_SPRING_NM_PER_RAD * (angle_rad - KEY_SPRING_REFERENCE_RAD)
    assert spring_nm == pytest.approx(torque_nm + KEY_WEIGHT_NM * np.cos(angle_rad), rel=1e-3)


def test_a_soft_white_key_sinks_a_twentieth_of_a_degree():
    simulator = DisturbedSimulator(Disturbance(key_stiffness_scale=0.8))
    simulator.reset()
    for _ in range(20):
        state = simulator.step(np.zeros(46))
    sunk_rad = KEY_WEIGHT_NM / (0.8 * KEY_SPRING_NM_PER_RAD) + KEY_SPRING_REFERENCE_RAD
    assert state.key_angles[KEY_NAMES.index("key_60")] == pytest.approx(sunk_rad, abs=2e-5)
    assert np.degrees(sunk_rad) == pytest.approx(0.05, abs=0.01)
    assert not state.key_pressed.any()


@pytest.mark.parametrize(
    # kp of PianoMime's slides, and of the finger in RoboPianist's MJCF.
    ("joint", "stiffness", "load"),
    [("rh_forearm_tx", 900.0, 9.0), ("lh_forearm_tz", 3000.0, -15.0), ("lh_MFJ3", 1.0, 0.05)],
)
@pytest.mark.parametrize("scale", [0.5, 0.95])
def test_a_loaded_actuator_gives_way_by_load_over_scaled_gain(joint, stiffness, load, scale):
    simulator = DisturbedSimulator(Disturbance(actuator_gain_scale=scale))
    target = -0.01 if joint.endswith("tz") else 0.2
    index = simulator.joint_names.index(joint)
    simulator.reset()
    simulator.data.joint(joint).qfrc_applied[0] = load
    for _ in range(120):
        state = simulator.step(targets_of(simulator, **{joint: target}))
    assert state.joint_positions[index] - target == pytest.approx(load / (scale * stiffness), rel=0.01)


@pytest.mark.parametrize("late_steps", [0, 1, 4, 10])
def test_a_late_command_leaves_the_last_one_in_place(late_steps):
    simulator = DisturbedSimulator(Disturbance(command_delay_s=0.005 * late_steps))
    start = np.zeros(54)
    start[simulator.joint_names.index("rh_forearm_tx")] = 0.1
    start[simulator.joint_names.index("lh_FFJ2")] = 0.2
    start[simulator.joint_names.index("lh_FFJ1")] = 0.3
    simulator.reset(start)
    with ctrl_of_physics_steps() as seen:
        for position in (0.02, 0.03):
            simulator.step(targets_of(simulator, rh_forearm_tx=position, lh_FFJ0=10 * position))
    slide, finger = (np.array(seen)[:, simulator.model.actuator(name).id] for name in ("rh_forearm_tx", "lh_FFJ0"))
    held = [0.1] * late_steps + [0.02] * 10 + [0.03] * (10 - late_steps)
    np.testing.assert_allclose(slide, held, atol=1e-12)
    # The hands stand still until the first command: a coupled finger holds the sum of its joints.
    np.testing.assert_allclose(finger[:late_steps], 0.5, atol=1e-12)


@pytest.mark.parametrize("late_steps", [0, 1, 2, 5, 10])
def test_each_of_several_targets_of_a_step_is_late(late_steps):
    simulator = DisturbedSimulator(Disturbance(command_delay_s=0.005 * late_steps))
    simulator.reset()
    positions = 0.01 * np.arange(1, 11)
    with ctrl_of_physics_steps() as seen:
        for step in range(2):
            rows = [targets_of(simulator, rh_forearm_tx=x) for x in positions[5 * step : 5 * step + 5]]
            assert len(list(simulator.play(np.array(rows)))) == 5
    slide = np.array(seen)[:, simulator.model.actuator("rh_forearm_tx").id]
    expected = np.concatenate([np.zeros(late_steps), np.repeat(positions, 2)])[:20]
    np.testing.assert_allclose(slide, expected, atol=1e-12)


@pytest.mark.parametrize("late_steps", [0, 3, 10])
def test_five_equal_targets_are_one_held(late_steps):
    once, five = (DisturbedSimulator(Disturbance(command_delay_s=0.005 * late_steps)) for _ in range(2))
    once.reset(), five.reset()
    for seed in range(6):
        targets = np.random.default_rng(seed).uniform(*once.target_range.T)
        held = once.step(targets)
        *_, state = five.play(np.tile(targets, (5, 1)))
        np.testing.assert_array_equal(state.joint_positions, held.joint_positions)
        np.testing.assert_array_equal(state.key_velocities, held.key_velocities)


def noisy_ctrl(simulator: Simulator, steps: int) -> np.ndarray:
    middle = simulator.target_range.mean(axis=1)
    simulator.reset()
    ids = [simulator.model.actuator(name).id for name in simulator.target_names]
    found = np.empty((steps, len(ids)))
    for step in range(steps):
        simulator.step(middle)
        found[step] = simulator.data.ctrl[ids] - middle
    return found


def test_noise_is_white_gaussian_and_of_the_given_size():
    simulator = DisturbedSimulator(Disturbance(target_noise_rad=0.01, target_noise_m=0.001, seed=1))
    noise = noisy_ctrl(simulator, 300)
    is_slide = np.array(["forearm" in name for name in simulator.target_names])
    assert is_slide.sum() == 6
    noise[:, is_slide] /= 0.001
    noise[:, ~is_slide] /= 0.01
    for part in (noise[:, is_slide], noise[:, ~is_slide]):
        assert np.std(part) == pytest.approx(1, abs=0.05)
        assert np.mean(part) == pytest.approx(0, abs=0.06)
    assert np.mean(np.abs(noise) > 1.96) == pytest.approx(0.05, abs=0.01)
    assert np.mean(noise[1:] * noise[:-1]) == pytest.approx(0, abs=0.04)  # from step to step
    assert np.mean(noise[:, 1:] * noise[:, :-1]) == pytest.approx(0, abs=0.04)  # from joint to joint


def test_noise_is_that_of_its_seed_and_begins_anew_with_a_reset():
    first = DisturbedSimulator(Disturbance(target_noise_rad=0.01, seed=5))
    noise = noisy_ctrl(first, 3)
    np.testing.assert_array_equal(noisy_ctrl(first, 3), noise)
    np.testing.assert_array_equal(noisy_ctrl(DisturbedSimulator(Disturbance(target_noise_rad=0.01, seed=5)), 3), noise)
    other = noisy_ctrl(DisturbedSimulator(Disturbance(target_noise_rad=0.01, seed=6)), 3)
    turning = ["forearm" not in name for name in first.target_names]
    assert np.all(other[:, turning] != noise[:, turning])


def test_noise_does_not_leave_the_range_of_a_target():
    simulator = DisturbedSimulator(Disturbance(target_noise_rad=0.1, target_noise_m=0.01))
    simulator.reset()
    lowest, highest = simulator.model.actuator_ctrlrange.T
    for targets in simulator.target_range.T:
        simulator.step(targets)
        assert np.all((simulator.data.ctrl >= lowest) & (simulator.data.ctrl <= highest))


@pytest.mark.parametrize(
    ("field", "bad", "wanted"),
    [
        ("target_noise_rad", -0.01, "at least 0"),
        ("target_noise_m", float("nan"), "at least 0"),
        ("actuator_gain_scale", 0.0, "above 0"),
        ("key_stiffness_scale", float("inf"), "above 0"),
        ("command_delay_s", -0.005, "at least 0"),
        ("command_delay_s", 0.007, "multiple of 0.005"),
        ("command_delay_s", 0.055, "at most 0.05"),
        ("seed", -1, "at least 0"),
    ],
)
def test_a_number_out_of_range_is_refused(field, bad, wanted):
    with pytest.raises(UserError, match=f"{field} is {bad:g}: want .*{wanted}"):
        Disturbance(**{field: bad})


def test_a_refused_target_leaves_the_world_as_it_was():
    simulator = DisturbedSimulator(Disturbance(target_noise_rad=0.01, command_delay_s=0.005))
    simulator.reset()
    with pytest.raises(UserError, match="target of rh_WRJ2 is nan"):
        simulator.step(targets_of(simulator, rh_WRJ2=np.nan))
    assert simulator.data.time == 0
