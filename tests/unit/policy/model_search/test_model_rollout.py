"""A model rollout plays as the planner does, and can start again from any moment."""

import numpy as np
import pytest
from foresight_songs import STEPS, chords

from pianomime_core.metrics import score
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.controller import Observation
from pianomime_policy.controllers.planner.planner import Planner, PlannerConfig
from pianomime_policy.hand_control.hands_controller import Adaptation
from pianomime_policy.model_search.cost import CostConfig, FrameCost
from pianomime_policy.model_search.model_rollout import ModelRollout, at_once
from pianomime_policy.model_search.motion_plan_configs import motion_plan_configs

ROLL = chords()


@pytest.fixture(scope="module")
def model_rollout() -> ModelRollout:
    config = PlannerConfig()
    return ModelRollout(SceneConfig(), config.fingertips, config.performer, FrameCost(CostConfig()))


@pytest.fixture(scope="module")
def motion_plans():
    made = [config.new_motion_plan() for config in motion_plan_configs(PlannerConfig())]
    for motion_plan in made:
        motion_plan.update(ROLL.goal, 0)
    return made


@pytest.fixture(scope="module")
def by_the_planner() -> tuple[np.ndarray, np.ndarray]:
    # The loop of an episode, with the planner and the simulator as they are used everywhere else.
    planner, simulator = Planner(), Simulator()
    state = simulator.reset(planner.start(ROLL.goal, ROLL.sustain))
    targets, pressed = [], []
    for step in range(STEPS):
        seen = Observation(
            step, ROLL.goal[step:], ROLL.sustain[step:], state.joint_positions, state.joint_velocities, state.key_angles
        )
        targets.append(planner.act(seen).targets.astype(np.float32))
        state = simulator.step(targets[-1])
        pressed.append(state.key_pressed)
    return np.array(targets), np.array(pressed)


def test_the_first_config_is_the_planners_own_and_all_differ():
    configs = motion_plan_configs(PlannerConfig())
    assert configs[0] == PlannerConfig()
    assert len({repr(config) for config in configs}) == len(configs)


@pytest.mark.parametrize("segment", [STEPS, 7])
def test_segments_as_planned_are_what_the_planner_plays(model_rollout, motion_plans, by_the_planner, segment):
    candidate, joints = model_rollout.begin(motion_plans[0])
    assert np.array_equal(joints, Planner().start(ROLL.goal, ROLL.sustain))
    for step in range(0, STEPS, segment):
        candidate = at_once(model_rollout.play(candidate, step, ROLL.goal[step : step + segment], motion_plans, 0))
    history = candidate.history()
    assert np.array_equal(np.concatenate([t.targets for t in history]), by_the_planner[0])
    assert np.array_equal(np.concatenate([t.pressed for t in history]), by_the_planner[1])


def test_going_back_discards_what_was_tried(model_rollout, motion_plans):
    first, _ = model_rollout.begin(motion_plans[0])
    middle = at_once(model_rollout.play(first, 0, ROLL.goal[:15], motion_plans, 0))
    once = at_once(model_rollout.play(middle, 15, ROLL.goal[15:30], motion_plans, 0))
    wild = Adaptation(press_offset_m=np.full((88, 3), 0.01))
    other = at_once(model_rollout.play(middle, 15, ROLL.goal[15:30], motion_plans, 1, wild))
    again = at_once(model_rollout.play(middle, 15, ROLL.goal[15:30], motion_plans, 0))
    assert not np.array_equal(other.targets, once.targets)
    assert np.array_equal(again.targets, once.targets)
    assert np.array_equal(again.world, once.world)
    assert again.cost == once.cost


def test_a_candidate_that_costs_too_much_is_stopped_early(model_rollout, motion_plans):
    first, _ = model_rollout.begin(motion_plans[0])
    whole = at_once(model_rollout.play(first, 0, ROLL.goal, motion_plans, 0))
    before = model_rollout.simulated_steps
    assert at_once(model_rollout.play(first, 0, ROLL.goal, motion_plans, 0, cost_limit=0.5 * whole.cost)) is None
    assert model_rollout.simulated_steps - before < STEPS
    assert at_once(model_rollout.play(first, 0, ROLL.goal, motion_plans, 0, cost_limit=whole.cost)) is not None


def test_it_pauses_after_every_simulated_step_even_the_last(model_rollout, motion_plans):
    first, _ = model_rollout.begin(motion_plans[0])
    before = model_rollout.simulated_steps
    assert len(list(model_rollout.play(first, 0, ROLL.goal[:8], motion_plans, 0))) == 8
    assert len(list(model_rollout.play(first, 0, ROLL.goal[:8], motion_plans, 0, cost_limit=-1.0))) == 1
    assert model_rollout.simulated_steps - before == 9


def test_an_offset_moves_the_finger_that_presses(model_rollout, motion_plans):
    first, _ = model_rollout.begin(motion_plans[0])
    errors = []
    for y_m in (-0.003, 0.0, 0.003):
        offset = np.zeros((88, 3))
        offset[52, 1] = y_m
        at_once(model_rollout.play(first, 0, ROLL.goal[:8], motion_plans, 0, Adaptation(press_offset_m=offset)))
        press_error_m = model_rollout.hands_controller.press_error_m[52]
        errors.append(press_error_m[1] / press_error_m[3])
    assert errors[0] < errors[1] < errors[2]


def test_the_rollouts_score_is_the_benchmarks(model_rollout, motion_plans):
    first, _ = model_rollout.begin(motion_plans[0])
    candidate = at_once(model_rollout.play(first, 0, ROLL.goal, motion_plans, 0))
    assert candidate.cost >= STEPS * (1 - score(ROLL.goal, candidate.pressed).f1)
