"""The control loop: observations and commands by step and name."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from pianomime.episodes.episode import play_episode
from pianomime_core.errors import UserError
from pianomime_core.hands import joint_names, target_names
from pianomime_core.piano_roll import PianoRoll
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_policy.controllers.controller import Action, Observation

JOINTS, TARGETS = joint_names(), target_names()
THUMB, WRIST, SLIDE = JOINTS.index("rh_THJ1"), JOINTS.index("lh_WRJ1"), TARGETS.index("lh_forearm_tx")


@dataclass
class FakeSimulator:
    """Key n goes down with the n-th step; the right thumb counts steps, the left wrist follows the left slide."""

    joint_names = JOINTS
    target_names = TARGETS
    config = SceneConfig()
    started: list[float] = field(default_factory=list)
    stepped: list[list[float]] = field(default_factory=list)

    def _state(self) -> SimulatorState:
        steps = len(self.stepped)
        keys = np.zeros(88)
        keys[:steps] = 1.0
        joints = np.zeros(len(JOINTS))
        joints[THUMB] = steps
        joints[WRIST] = self.stepped[-1][SLIDE] if steps else 0.0
        return SimulatorState(0.05 * steps, joints, 10 * joints, keys, keys, keys > 0)

    def reset(self, joint_positions: np.ndarray) -> SimulatorState:
        self.started = list(joint_positions)
        return self._state()

    def play(self, rows: np.ndarray) -> Iterator[SimulatorState]:
        for targets in rows:
            self.stepped.append(list(targets))
            yield self._state()


@dataclass
class FakeController:
    """Knows the same joints and targets in another order."""

    horizon_steps: int | None
    joint_names: tuple[str, ...] = JOINTS[::-1]
    target_names: tuple[str, ...] = TARGETS[::-1]
    first: tuple[np.ndarray, np.ndarray] | None = None
    seen: list[Observation] = field(default_factory=list)

    def start(self, goal: np.ndarray, sustain: np.ndarray) -> np.ndarray:
        self.first = (goal, sustain)
        return np.arange(len(JOINTS), dtype=float)[::-1]

    def act(self, observation: Observation) -> Action:
        self.seen.append(observation)
        mine = np.array(self.target_names) == "lh_forearm_tx"
        return Action(np.where(mine, 0.25 * (observation.step + 1), -1.0), pedal=observation.step == 1)


def ramp_roll(steps: int) -> PianoRoll:
    """Row t wants key t."""
    goal = np.zeros((steps, 88), dtype=bool)
    goal[np.arange(steps), np.arange(steps)] = True
    return PianoRoll(goal=goal, sustain=np.arange(steps) % 2 == 0)


def test_joints_and_targets_are_matched_by_name() -> None:
    simulator, controller = FakeSimulator(), FakeController(horizon_steps=2)
    rollout = play_episode(simulator, controller, ramp_roll(3))
    assert simulator.started == list(range(len(JOINTS)))
    assert [step[SLIDE] for step in simulator.stepped] == [0.25, 0.5, 0.75]
    assert sum(simulator.stepped[0]) == 0.25 - (len(TARGETS) - 1)
    thumb, wrist = controller.joint_names.index("rh_THJ1"), controller.joint_names.index("lh_WRJ1")
    assert [seen.joint_positions[thumb] for seen in controller.seen] == [0.0, 1.0, 2.0]
    assert [seen.joint_positions[wrist] for seen in controller.seen] == [0.0, 0.25, 0.5]
    assert [seen.joint_velocities[thumb] for seen in controller.seen] == [0.0, 10.0, 20.0]
    assert all(np.count_nonzero(seen.joint_positions) == 2 for seen in controller.seen[1:])
    assert rollout.target_names == TARGETS
    assert rollout.joint_names == JOINTS
    np.testing.assert_array_equal(rollout.targets, np.array(simulator.stepped, dtype=np.float32))


def test_a_window_begins_with_the_row_of_the_step_and_ends_in_silence() -> None:
    controller = FakeController(horizon_steps=2)
    play_episode(FakeSimulator(), controller, ramp_roll(3))
    assert controller.first is not None
    assert [np.argwhere(goal).tolist() for goal in (controller.first[0], *(seen.goal for seen in controller.seen))] == [
        [[0, 0], [1, 1]],
        [[0, 0], [1, 1]],
        [[0, 1], [1, 2]],
        [[0, 2]],
    ]
    assert [seen.sustain.tolist() for seen in controller.seen] == [[True, False], [False, True], [True, False]]


def test_a_whole_song_controller_sees_the_whole_song_at_the_start() -> None:
    controller, roll = FakeController(horizon_steps=None), ramp_roll(5)
    play_episode(FakeSimulator(), controller, roll)
    assert controller.first is not None
    np.testing.assert_array_equal(controller.first[0], roll.goal)
    np.testing.assert_array_equal(controller.first[1], roll.sustain)


def test_row_t_of_pressed_is_the_state_after_step_t() -> None:
    shown: list[tuple[int, float]] = []
    rollout = play_episode(
        FakeSimulator(),
        FakeController(horizon_steps=2),
        ramp_roll(3),
        lambda step, state: shown.append((step, state.time_s)),
    )
    assert rollout.pressed.sum(axis=1).tolist() == [1, 2, 3]
    assert shown == [(0, pytest.approx(0.05)), (1, pytest.approx(0.10)), (2, pytest.approx(0.15))]
    # Frame t wants key t and has keys 0..t: recall 1, precision 1, 1/2, 1/3.
    assert rollout.metadata["scores"]["recall"] == pytest.approx(1.0)
    assert rollout.metadata["scores"]["precision"] == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)


def test_metadata_say_who_played_what_with_which_versions() -> None:
    rollout = play_episode(FakeSimulator(), FakeController(horizon_steps=2), ramp_roll(3), controller_name="fake")
    assert rollout.metadata["controller"] == "fake"
    assert rollout.metadata["variant"] == "pianomime"
    assert rollout.metadata["hand_collisions"] is False
    assert rollout.metadata["versions"]["mujoco"] == "3.17.0"


def test_a_controller_for_other_hands_is_refused() -> None:
    controller = FakeController(horizon_steps=2, target_names=("rh_TOE1", *TARGETS[1:]))
    with pytest.raises(UserError, match=r"target names without partner: rh_TOE1, rh_WRJ2"):
        play_episode(FakeSimulator(), controller, ramp_roll(3))


def test_the_real_simulator_gives_the_same_performance_twice() -> None:
    simulator = Simulator()

    class Waver(FakeController):
        def start(self, goal: np.ndarray, sustain: np.ndarray) -> np.ndarray:
            return np.zeros(len(self.joint_names))

        def act(self, observation: Observation) -> Action:
            return Action(np.random.default_rng(observation.step).uniform(-0.3, 0.6, len(self.target_names)))

    controller = Waver(None, simulator.joint_names[::-1], simulator.target_names[::-1])
    first, again = (play_episode(simulator, controller, ramp_roll(40)) for _ in range(2))
    np.testing.assert_array_equal(first.pressed, again.pressed)
    np.testing.assert_array_equal(first.targets, again.targets)
    assert first.targets.dtype == np.float32


def test_the_pedal_is_the_controllers() -> None:
    roll = ramp_roll(3)
    assert roll.sustain.tolist() == [True, False, True]
    rollout = play_episode(FakeSimulator(), FakeController(horizon_steps=2), roll)
    assert rollout.pedal.tolist() == [False, True, False]
    assert rollout.goal_pedal.tolist() == [True, False, True]
    assert rollout.metadata["scores"]["pedal_f1"] == 0.0


def test_a_controller_sees_how_loud() -> None:
    roll = ramp_roll(3)
    loud = PianoRoll(roll.goal, roll.sustain, np.where(roll.goal, np.arange(1, 89, dtype=np.uint8), np.uint8(0)))
    controller = FakeController(horizon_steps=2)
    play_episode(FakeSimulator(), controller, loud)
    assert [seen.velocity[:, :3].tolist() for seen in controller.seen] == [
        [[1, 0, 0], [0, 2, 0]],
        [[0, 2, 0], [0, 0, 3]],
        [[0, 0, 3], [0, 0, 0]],
    ]
