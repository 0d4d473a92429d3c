import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_core.keyboard import KEY_NAMES, KEYBOARD
from pianomime_description import SceneConfig
from pianomime_physics.simulator import Simulator


@pytest.fixture(scope="module")
def shared_simulator():
    return Simulator()


@pytest.fixture
def simulator(shared_simulator):
    shared_simulator.data.qfrc_applied[:] = 0
    shared_simulator.reset()
    return shared_simulator


def some_targets(simulator, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(*simulator.target_range.T)


def push(simulator, key: str, torque_nm: float) -> None:
    simulator.data.joint(key).qfrc_applied[0] = torque_nm


@pytest.mark.parametrize(("variant", "joints", "targets"), [("pianomime", 54, 46), ("robopianist", 52, 44)])
def test_each_variant_has_its_joints_and_targets(variant, joints, targets):
    simulator = Simulator(SceneConfig(variant=variant))
    assert len(simulator.joint_names) == joints
    assert len(simulator.target_names) == targets
    assert simulator.target_range.shape == (targets, 2)
    assert simulator.reset().joint_positions.shape == (joints,)
    assert simulator.step(np.zeros(targets)).key_pressed.shape == (88,)


def test_reset_puts_everything_to_rest_at_zero(simulator):
    simulator.step(some_targets(simulator, 0))
    state = simulator.reset()
    assert state.time_s == 0
    for array in (state.joint_positions, state.joint_velocities, state.key_angles, state.key_velocities):
        assert not np.any(array)
    assert not np.any(state.key_pressed)


def test_reset_begins_from_the_given_joint_positions(simulator):
    names = simulator.joint_names
    positions = np.zeros(len(names))
    positions[names.index("lh_forearm_tx")], positions[names.index("rh_FFJ3")] = 0.1, 0.7
    state = simulator.reset(positions)
    np.testing.assert_array_equal(state.joint_positions, positions)
    assert simulator.data.joint("lh_forearm_tx").qpos[0] == 0.1
    assert simulator.data.joint("rh_FFJ3").qpos[0] == 0.7


def test_a_step_takes_fifty_milliseconds(simulator):
    for step in range(1, 4):
        assert simulator.step(np.zeros(46)).time_s == pytest.approx(step * 0.05)


def test_the_same_targets_give_the_same_states_after_any_past(simulator):
    episodes = []
    for past in range(2):
        for step in range(5 * past):
            simulator.step(some_targets(simulator, 100 + step))
        simulator.reset()
        episodes.append([simulator.step(some_targets(simulator, step)) for step in range(20)])
    for first, second in zip(*episodes, strict=True):
        np.testing.assert_array_equal(first.joint_positions, second.joint_positions)
        np.testing.assert_array_equal(first.joint_velocities, second.joint_velocities)
        np.testing.assert_array_equal(first.key_angles, second.key_angles)


def test_states_are_copies(simulator):
    state = simulator.reset()
    kept = state.joint_positions.copy()
    for step in range(3):
        simulator.step(some_targets(simulator, step))
    np.testing.assert_array_equal(state.joint_positions, kept)
    state.key_angles[:] = 1
    assert np.all(simulator.data.qpos[:88] < 0.1)


def test_joints_settle_at_their_targets(simulator):
    target = {"rh_forearm_tx": 0.05, "lh_forearm_ty": -0.05, "rh_MFJ3": 0.4, "lh_RFJ4": 0.2}
    for _ in range(60):
        state = simulator.step([target.get(name, 0.0) for name in simulator.target_names])
    for name, position in target.items():
        assert state.joint_positions[simulator.joint_names.index(name)] == pytest.approx(position, abs=0.03)
    assert np.max(np.abs(state.joint_velocities)) < 1e-2


def test_targets_are_clamped_to_their_range(simulator):
    beyond = [simulator.step(simulator.target_range[:, 1] + 1.0) for _ in range(5)][-1]
    simulator.reset()
    at_limit = [simulator.step(simulator.target_range[:, 1]) for _ in range(5)][-1]
    np.testing.assert_array_equal(beyond.joint_positions, at_limit.joint_positions)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_target_that_is_no_number_is_refused_by_name(simulator, bad):
    targets = np.zeros(46)
    targets[simulator.target_names.index("lh_THJ5")] = bad
    with pytest.raises(UserError, match=f"target of lh_THJ5 is {bad}: want a finite number"):
        simulator.step(targets)
    assert simulator.data.time == 0


def test_a_wrong_number_of_targets_or_joints_is_refused(simulator):
    with pytest.raises(UserError, match=r"targets have shape \(45,\): want \(46,\).*rh_WRJ2"):
        simulator.step(np.zeros(45))
    with pytest.raises(UserError, match=r"joint positions have shape \(3,\): want \(54,\)"):
        simulator.reset(np.zeros(3))


@pytest.mark.parametrize("key", ["key_60", "key_61"])
def test_a_pushed_key_is_pressed_at_its_stop_and_comes_back(simulator, key):
    index = KEY_NAMES.index(key)
    push(simulator, key, 0.25)
    for _ in range(5):
        state = simulator.step(np.zeros(46))
    assert np.flatnonzero(state.key_pressed).tolist() == [index]
    assert state.key_angles[index] == pytest.approx(KEYBOARD.travel_rad[index], abs=3e-3)
    push(simulator, key, 0.0)
    for _ in range(5):
        state = simulator.step(np.zeros(46))
    assert not np.any(state.key_pressed)
    assert abs(state.key_angles[index]) < 2e-3


def test_a_key_held_half_way_is_not_pressed(simulator):
    # Spring of 2 Nm/rad from -1 degree, less the key's own weight of 0.04 kg at 75 mm from the hinge.
    angle_rad = np.radians(2.0)
    push(simulator, "key_60", 2.0 * (angle_rad + np.radians(1.0)) - 0.04 * 9.81 * 0.075 * np.cos(angle_rad))
    for _ in range(10):
        state = simulator.step(np.zeros(46))
    assert state.key_angles[KEY_NAMES.index("key_60")] == pytest.approx(angle_rad, abs=1e-4)
    assert not np.any(state.key_pressed)


def test_a_restored_moment_goes_on_as_it_did(simulator):
    for seed in range(5):
        simulator.step(some_targets(simulator, seed))
    moment = simulator.save()
    once = [simulator.step(some_targets(simulator, seed)) for seed in range(5, 10)]
    back = simulator.restore(moment)
    assert back.time_s == pytest.approx(0.25)
    again = [simulator.step(some_targets(simulator, seed)) for seed in range(5, 10)]
    for a, b in zip(once, again, strict=True):
        assert np.array_equal(a.joint_positions, b.joint_positions)
        assert np.array_equal(a.key_velocities, b.key_velocities)
    other = Simulator()
    other.restore(moment)
    assert np.array_equal(other.step(some_targets(other, 5)).key_angles, once[0].key_angles)


def test_a_posed_simulator_has_the_measured_state_and_goes_on_nearly_as_the_other(simulator):
    for _ in range(5):
        state = simulator.step(np.zeros(46))
    model = Simulator()
    posed = model.pose(state.joint_positions, state.joint_velocities, state.key_angles)
    assert np.array_equal(posed.joint_positions, state.joint_positions)
    assert np.array_equal(posed.joint_velocities, state.joint_velocities)
    assert np.array_equal(posed.key_angles, state.key_angles)
    assert not posed.key_velocities.any()
    targets = some_targets(simulator, 0)
    assert model.step(targets).joint_positions == pytest.approx(simulator.step(targets).joint_positions, abs=1e-3)


@pytest.mark.parametrize("count", [1, 2, 5, 10])
def test_targets_of_a_step_are_played_as_single_physics_steps_are(simulator, count):
    rows = np.array([some_targets(simulator, seed) for seed in range(count)])
    simulator.step(some_targets(simulator, 99))
    moment = simulator.save()
    played = list(simulator.play(rows))
    simulator.restore(moment)
    assert len(played) == count
    for row, state in zip(rows, played, strict=True):
        for _ in range(10 // count):
            single = simulator.step(row, 1)
        assert state.time_s == single.time_s
        for name in ("joint_positions", "joint_velocities", "key_angles", "key_velocities", "key_pressed"):
            np.testing.assert_array_equal(getattr(state, name), getattr(single, name))


def test_one_target_a_step_is_the_step_of_the_benchmark(simulator):
    moment, targets = simulator.save(), some_targets(simulator, 0)
    [played] = simulator.play(targets[None])
    simulator.restore(moment)
    np.testing.assert_array_equal(played.joint_positions, simulator.step(targets).joint_positions)


@pytest.mark.parametrize("count", [0, 3, 20])
def test_targets_that_do_not_divide_a_step_are_refused(simulator, count):
    with pytest.raises(UserError, match=f"has {count} rows of targets: want a divisor of 10"):
        next(simulator.play(np.zeros((count, 46))))
    assert simulator.data.time == 0
