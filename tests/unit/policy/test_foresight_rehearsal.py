"""A rehearsal plays as the planner does, and from any moment again."""

import numpy as np
import pytest
from foresight_songs import STEPS, chords

from pianomime_core.metrics import score
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.controller import Observation
from pianomime_policy.controllers.planner.planner import Planner, PlannerConfig
from pianomime_policy.hand_control.hands_controller import Adaptation
from pianomime_policy.model_search.cost import CostConfig
from pianomime_policy.model_search.motion_plan_configs import motion_plan_configs
from pianomime_policy.model_search.rehearsal import Rehearsal

ROLL = chords()


@pytest.fixture(scope="module")
def rehearsal() -> Rehearsal:
    config = PlannerConfig()
    return Rehearsal(SceneConfig(), config.fingertips, config.performer, CostConfig())


@pytest.fixture(scope="module")
def motion_plans():
    made = [config.new_motion_plan() for config in motion_plan_configs(PlannerConfig())]
    for motion_plan in made:
        motion_plan.see(ROLL.goal, 0)
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
        targets.append(planner.act(seen).astype(np.float32))
        state = simulator.step(targets[-1])
        pressed.append(state.key_pressed)
    return np.array(targets), np.array(pressed)


def test_the_first_reading_is_the_planners_own_and_all_differ():
    configs = motion_plan_configs(PlannerConfig())
    assert configs[0] == PlannerConfig()
    assert len({repr(config) for config in configs}) == len(configs)


@pytest.mark.parametrize("stretch", [STEPS, 7])
def test_stretches_as_read_are_what_the_planner_plays(rehearsal, motion_plans, by_the_planner, stretch):
    take, joints = rehearsal.begin(motion_plans[0])
    assert np.array_equal(joints, Planner().start(ROLL.goal, ROLL.sustain))
    for step in range(0, STEPS, stretch):
        take = rehearsal.play(take, step, ROLL.goal[step : step + stretch], motion_plans, 0)
    history = take.history()
    assert np.array_equal(np.concatenate([t.targets for t in history]), by_the_planner[0])
    assert np.array_equal(np.concatenate([t.pressed for t in history]), by_the_planner[1])


def test_going_back_forgets_what_was_tried(rehearsal, motion_plans):
    first, _ = rehearsal.begin(motion_plans[0])
    middle = rehearsal.play(first, 0, ROLL.goal[:15], motion_plans, 0)
    once = rehearsal.play(middle, 15, ROLL.goal[15:30], motion_plans, 0)
    wild = Adaptation(press_offset_m=np.full((88, 3), 0.01))
    other = rehearsal.play(middle, 15, ROLL.goal[15:30], motion_plans, 1, wild)
    again = rehearsal.play(middle, 15, ROLL.goal[15:30], motion_plans, 0)
    assert not np.array_equal(other.targets, once.targets)
    assert np.array_equal(again.targets, once.targets)
    assert np.array_equal(again.world, once.world)
    assert again.cost == once.cost


def test_a_take_that_costs_too_much_is_broken_off(rehearsal, motion_plans):
    first, _ = rehearsal.begin(motion_plans[0])
    whole = rehearsal.play(first, 0, ROLL.goal, motion_plans, 0)
    before = rehearsal.simulated_steps
    assert rehearsal.play(first, 0, ROLL.goal, motion_plans, 0, cost_limit=0.5 * whole.cost) is None
    assert rehearsal.simulated_steps - before < STEPS
    assert rehearsal.play(first, 0, ROLL.goal, motion_plans, 0, cost_limit=whole.cost) is not None


def test_it_pauses_after_every_simulated_step_even_the_last(rehearsal, motion_plans):
    first, _ = rehearsal.begin(motion_plans[0])
    before = rehearsal.simulated_steps
    assert len(list(rehearsal.playing(first, 0, ROLL.goal[:8], motion_plans, 0))) == 8
    assert len(list(rehearsal.playing(first, 0, ROLL.goal[:8], motion_plans, 0, cost_limit=-1.0))) == 1
    assert rehearsal.simulated_steps - before == 9


def test_an_offset_moves_the_finger_that_presses(rehearsal, motion_plans):
    first, _ = rehearsal.begin(motion_plans[0])
    errors = []
    for y_m in (-0.003, 0.0, 0.003):
        offset = np.zeros((88, 3))
        offset[52, 1] = y_m
        rehearsal.play(first, 0, ROLL.goal[:8], motion_plans, 0, Adaptation(press_offset_m=offset))
        press_error_m = rehearsal.hands_controller.press_error_m[52]
        errors.append(press_error_m[1] / press_error_m[3])
    assert errors[0] < errors[1] < errors[2]


def test_the_rehearsals_score_is_the_benchmarks(rehearsal, motion_plans):
    first, _ = rehearsal.begin(motion_plans[0])
    take = rehearsal.play(first, 0, ROLL.goal, motion_plans, 0)
    assert take.cost >= STEPS * (1 - score(ROLL.goal, take.pressed).f1)
