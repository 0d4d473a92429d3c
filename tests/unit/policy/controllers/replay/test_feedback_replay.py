"""Replaying with feedback: the rollout to the last bit without deviation, and close to it with disturbances."""

from dataclasses import replace

import numpy as np
import pytest

from pianomime.episodes.episode import play_episode
from pianomime.files.songs import find_song, read_song
from pianomime_core.errors import UserError
from pianomime_core.hands import target_joints
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.rollout import Rollout
from pianomime_description.variant import SceneConfig
from pianomime_physics.disturbance import Disturbance, DisturbedSimulator
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.controller import Observation
from pianomime_policy.controllers.registry import make_controller
from pianomime_policy.controllers.replay.feedback_replay import FeedbackConfig, FeedbackReplay, steady_gains
from pianomime_policy.hand_control.tracking import HandModel, TrackingConfig, error_weights

STEPS = 80
OPEN_LOOP = FeedbackConfig(effort=1e9, gain_doubt=np.inf)


@pytest.fixture(scope="module")
def rollout() -> Rollout:
    song = read_song(find_song("prelude_in_c"))
    begun = PianoRoll(song.goal[:STEPS], song.sustain[:STEPS])
    scene = SceneConfig()
    return play_episode(Simulator(scene), make_controller("streaming", scene), begun)


@pytest.fixture(scope="module")
def built(rollout: Rollout) -> FeedbackReplay:
    return FeedbackReplay(rollout, SceneConfig())


@pytest.fixture
def player(built: FeedbackReplay) -> FeedbackReplay:
    """At the beginning of its song, with nothing learned."""
    built.start(np.zeros((1, 88), bool), np.zeros(1, bool))
    return built


def roll_of(rollout: Rollout) -> PianoRoll:
    return PianoRoll(rollout.goal, np.zeros(len(rollout.goal), bool))


def observation(step: int, positions: np.ndarray, velocities: np.ndarray) -> Observation:
    return Observation(step, np.zeros((1, 88), bool), np.zeros(1, bool), positions, velocities, np.zeros(88))


def observed_at(rollout: Rollout, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Joint positions and velocities before `step`, from a separate simulator."""
    simulator = Simulator()
    state = simulator.reset(rollout.initial_joint_positions)
    for row in rollout.targets[:step]:
        state = simulator.step(row)
    return state.joint_positions, state.joint_velocities


def test_undisturbed_it_is_the_rollout_to_the_last_bit(rollout, player):
    again = play_episode(Simulator(), player, roll_of(rollout))
    assert rollout.pressed.any()
    np.testing.assert_array_equal(again.pressed, rollout.pressed)
    np.testing.assert_array_equal(again.targets, rollout.targets)


def test_names_may_come_in_any_order(rollout):
    turned = replace(
        rollout,
        targets=rollout.targets[:, ::-1],
        target_names=rollout.target_names[::-1],
        joint_names=rollout.joint_names[::-1],
        initial_joint_positions=rollout.initial_joint_positions[::-1],
    )
    again = play_episode(Simulator(), FeedbackReplay(turned, SceneConfig()), roll_of(rollout))
    np.testing.assert_array_equal(again.pressed, rollout.pressed)


def test_a_trembling_hand_stays_nearer_to_the_rollout_than_open_loop(rollout, player):
    noise = Disturbance(target_noise_rad=0.01, target_noise_m=0.001)

    def strayed(config: FeedbackConfig) -> np.ndarray:
        """Root mean square of each joint's distance from the rollout."""
        positions = []
        play_episode(
            DisturbedSimulator(noise),
            FeedbackReplay(rollout, SceneConfig(), config),
            roll_of(rollout),
            on_step=lambda _, state: positions.append(state.joint_positions),
        )
        return np.sqrt(((np.array(positions) - reference) ** 2).mean(axis=0))

    simulator = Simulator()
    simulator.reset(rollout.initial_joint_positions)
    reference = np.array([simulator.step(row).joint_positions for row in rollout.targets])
    with_feedback, without = strayed(FeedbackConfig()), strayed(OPEN_LOOP)
    assert with_feedback.mean() < 0.95 * without.mean()
    # What is slow remembers each push longest.
    slide = simulator.joint_names.index("rh_forearm_tx")
    assert with_feedback[slide] < 0.8 * without[slide]


def test_late_commands_are_noticed_and_not_hurried(rollout, player):
    again = play_episode(DisturbedSimulator(Disturbance(command_delay_s=0.005)), player, roll_of(rollout))
    assert FeedbackConfig().delays_s[player.delay] == 0.005
    # Once that is known, the late robot is where a late robot should be.
    corrections = np.abs(again.targets - rollout.targets)
    assert corrections[STEPS // 2 :].mean() < 0.5 * corrections[5:20].mean()
    player.start(np.zeros((1, 88), bool), np.zeros(1, bool))
    assert (player.delay, player.strength) == (0, 1.0)


@pytest.mark.parametrize("scale", [0.95, 1.0, 1.05])
def test_the_strength_of_the_actuators_is_found(rollout, player, scale):
    play_episode(DisturbedSimulator(Disturbance(actuator_gain_scale=scale)), player, roll_of(rollout))
    assert player.strength == pytest.approx(scale, abs=0.01)
    assert player.delay == 0


def test_weak_actuators_follow_more_nearly_than_open_loop(rollout):
    positions = {}
    for config in (FeedbackConfig(), OPEN_LOOP):
        moved = []
        play_episode(
            DisturbedSimulator(Disturbance(actuator_gain_scale=0.9)),
            FeedbackReplay(rollout, SceneConfig(), config),
            roll_of(rollout),
            on_step=lambda _, state, moved=moved: moved.append(state.joint_positions),
        )
        positions[config] = np.array(moved)
    simulator = Simulator()
    simulator.reset(rollout.initial_joint_positions)
    reference = np.array([simulator.step(row).joint_positions for row in rollout.targets])
    with_feedback, without = (np.abs(moved - reference).mean() for moved in positions.values())
    assert with_feedback < 0.8 * without


def test_a_strayed_joint_moves_its_own_target_back_and_the_other_hand_not(rollout, player):
    step = 20
    positions, velocities = observed_at(rollout, step)
    np.testing.assert_array_equal(player.act(observation(step, positions, velocities)).targets, rollout.targets[step])
    for joint in ("rh_FFJ3", "lh_WRJ1", "rh_forearm_ty", "lh_MFJ1", "lh_MFJ2"):
        for what in (0, 1):
            moved = [positions.copy(), velocities.copy()]
            moved[what][player.joint_names.index(joint)] += 0.01
            correction = player.act(observation(step, *moved)).targets - rollout.targets[step]
            target = next(target for target in player.target_names if joint in target_joints(target))
            index = player.target_names.index(target)
            assert correction[index] < 0, joint
            # The joints of a hand swing each other; the other hand has nothing to do with it.
            other = [name[:2] != joint[:2] for name in player.target_names]
            assert not correction[other].any(), joint


def test_coupled_joints_count_by_their_sum(rollout, player):
    positions, velocities = observed_at(rollout, 5)
    positions[player.joint_names.index("rh_FFJ1")] += 0.125
    positions[player.joint_names.index("rh_FFJ2")] -= 0.125
    np.testing.assert_allclose(
        player.act(observation(5, positions, velocities)).targets, rollout.targets[5], atol=1e-12
    )


def test_past_its_end_it_holds_the_last_targets(rollout, player):
    for step in (STEPS, STEPS + 100):
        targets = player.act(observation(step, np.ones(54), np.ones(54))).targets
        np.testing.assert_array_equal(targets, rollout.targets[-1])


def test_it_begins_where_the_rollout_began(rollout, player):
    start = player.start(np.zeros((1, 88), bool), np.zeros(1, bool))
    np.testing.assert_array_equal(start, rollout.initial_joint_positions)


def test_hands_of_another_variant_are_refused(rollout):
    with pytest.raises(UserError, match="forearm_tz"):
        FeedbackReplay(rollout, SceneConfig(variant="robopianist"))


@pytest.mark.parametrize("effort", [0.01, 0.2, 5.0])
def test_no_other_gains_cost_less(effort):
    # Two coupled actuators, one a slide; the cost of a feedback law is summed until nothing is left.
    A = np.array([[0.7, 0.05, 0.03, 0.0], [0.1, 0.99, 0.0, 0.045], [-6.0, 0.2, 0.2, 0.1], [0.3, -0.1, 0.0, 0.8]])
    B = np.array([[0.3, 0.0], [0.05, 0.1], [2.0, 0.1], [0.0, 0.9]])
    model = HandModel(A, B, np.ones(2), np.array([False, True]))
    weights = error_weights(model, TrackingConfig().lever_m)

    def cost(gains: np.ndarray) -> float:
        total = 0.0
        for x in np.eye(4):
            for _ in range(400):
                u = -gains @ x
                total += weights @ x[:2] ** 2 + effort * weights @ u**2
                x = A @ x + B @ u
        return total

    gains = steady_gains(model, effort)
    random = np.random.default_rng(0)
    for _ in range(20):
        assert cost(gains) < cost(gains + 1e-3 * random.normal(size=gains.shape))
