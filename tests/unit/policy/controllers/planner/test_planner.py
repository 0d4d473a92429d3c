"""The planner as a controller: the contract of `Controller`, whatever the song."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pianomime_core.goal_window import goal_window
from pianomime_core.hands import forearm_dofs, joint_names, target_joints, target_names
from pianomime_core.keyboard import KEY_NAMES
from pianomime_description.scene import build_scene
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.controller import Observation, ReportsFingering
from pianomime_policy.controllers.planner.planner import Planner, PlannerConfig

JOINTS, TARGETS = joint_names(), target_names()
HORIZON = 20


@pytest.fixture(scope="module")
def whole() -> Planner:
    return Planner()


@pytest.fixture(scope="module")
def streaming() -> Planner:
    return Planner(config=PlannerConfig(horizon_steps=HORIZON))


@pytest.fixture(scope="module")
def target_range() -> np.ndarray:
    model = build_scene(SceneConfig()).compile()
    return np.array([model.actuator_ctrlrange[model.actuator(name).id] for name in TARGETS])


def tune(steps: int = 40) -> np.ndarray:
    """(steps, 88) a right-hand scale over held thirds."""
    goal = np.zeros((steps, 88), bool)
    for i, step in enumerate(range(0, steps - 4, 4)):
        goal[step : step + 4, 51 + (0, 2, 4, 5, 7, 9, 11, 12)[i % 8]] = True
        goal[step : step + 3, [27, 31]] = True
    return goal


def pedal(goal: np.ndarray) -> np.ndarray:
    return np.zeros(len(goal), bool)


def play(planner: Planner, goal: np.ndarray, steps: int, *, shown: np.ndarray | None = None) -> np.ndarray:
    """(1 + steps, 54) start and then targets (46, padded), with a robot that follows its commands one step late.

    `shown` is what the observations hold instead of the goal.
    """
    horizon = planner.horizon_steps
    window = goal if horizon is None else goal_window(goal, 0, horizon)
    q = planner.start(window, pedal(window))
    answers = [q]
    for step in range(steps):
        window = (goal if shown is None else shown) if horizon is None else goal_window(goal, step, horizon)
        answer = planner.act(Observation(step, window, pedal(window), q, np.zeros(len(q)), np.zeros(88))).targets
        answers.append(np.pad(answer, (0, len(q) - len(answer))))
    return np.array(answers)


def assert_legal(answers: np.ndarray, target_range: np.ndarray) -> None:
    assert np.all(np.isfinite(answers))
    targets = answers[1:, : len(TARGETS)]
    assert np.all(targets >= target_range[:, 0])
    assert np.all(targets <= target_range[:, 1])


@pytest.mark.parametrize("variant", ["pianomime", "robopianist"])
def test_names_and_shapes_are_those_of_the_hands(variant):
    planner = Planner(variant, PlannerConfig(horizon_steps=HORIZON))
    assert planner.joint_names == joint_names(forearm_dofs(variant))
    assert planner.target_names == target_names(forearm_dofs(variant))
    answers = play(planner, tune(), 3)
    assert answers.shape == (4, len(planner.joint_names))
    assert np.all(np.isfinite(answers))


def test_the_same_song_gives_the_same_targets(whole, streaming, target_range):
    for planner in (whole, streaming):
        first, again = play(planner, tune(), 25), play(planner, tune(), 25)
        assert_legal(first, target_range)
        assert np.array_equal(first, again)  # nothing is left of the song before
    fresh = play(Planner(config=PlannerConfig(horizon_steps=HORIZON)), tune(), 25)
    assert np.array_equal(play(streaming, tune(), 25), fresh)


def test_another_song_before_leaves_no_trace(streaming):
    expected = play(streaming, tune(), 10)
    play(streaming, np.roll(tune(), 12, axis=1), 30)
    assert np.array_equal(play(streaming, tune(), 10), expected)


def test_a_whole_song_planner_ignores_the_goal_of_the_observation(whole):
    goal = tune()
    assert np.array_equal(play(whole, goal, 10), play(whole, goal, 10, shown=~goal[:3]))
    assert np.array_equal(play(whole, goal, 10), play(whole, goal, 10, shown=np.zeros((0, 88), bool)))


def test_a_streaming_planner_knows_no_more_than_its_window(streaming):
    goal = tune(60)
    other = goal.copy()
    other[HORIZON + 9 :] = np.roll(goal[HORIZON + 9 :], 3, axis=1)
    assert np.array_equal(play(streaming, goal, 9), play(streaming, other, 9))
    assert not np.array_equal(play(streaming, goal, 30), play(streaming, other, 30))


def test_the_input_is_not_changed(streaming):
    goal = goal_window(tune(), 0, HORIZON)
    q, v = np.full(54, 0.01), np.full(54, 0.02)
    given_arrays = (goal, pedal(goal), q, v, np.zeros(88))
    copies = [values.copy() for values in given_arrays]
    streaming.start(goal, pedal(goal))
    streaming.act(Observation(0, *given_arrays))
    assert all(np.array_equal(values, copy) for values, copy in zip(given_arrays, copies, strict=True))


def test_answers_do_not_change_later(streaming):
    first = streaming.start(goal_window(tune(), 0, HORIZON), np.zeros(HORIZON, bool))
    copy = first.copy()
    kept = play(streaming, tune(), 2)
    again = kept.copy()
    play(streaming, tune(), 10)
    assert np.array_equal(first, copy)
    assert np.array_equal(kept, again)


@pytest.mark.parametrize("rows", [1, 2, 5, 30])
def test_silence_leaves_the_hands_where_they_are(whole, streaming, target_range, rows):
    goal = np.zeros((rows, 88), bool)
    for planner in (whole, streaming):
        answers = play(planner, goal, rows + 3)
        assert_legal(answers, target_range)
        slides = [TARGETS.index(f"{side}_forearm_tx") for side in ("rh", "lh")]
        assert np.ptp(answers[1:, slides], axis=0).max() < 0.01


@pytest.mark.parametrize("key", [0, 1, 44, 86, 87])
def test_a_song_of_one_row(whole, streaming, target_range, key):
    goal = np.zeros((1, 88), bool)
    goal[0, key] = True
    for planner in (whole, streaming):
        assert_legal(play(planner, goal, 4), target_range)


def test_steps_past_the_end_are_answered(whole, streaming, target_range):
    goal = tune(12)
    for planner in (whole, streaming):
        assert_legal(play(planner, goal, 60), target_range)


def test_steps_that_were_lost_are_passed_over(streaming, target_range):
    goal = tune(200)
    q = streaming.start(goal_window(goal, 0, HORIZON), np.zeros(HORIZON, bool))
    for step in (0, 1, 5, 5 + HORIZON, 100, 101):
        window = goal_window(goal, step, HORIZON)
        targets = streaming.act(Observation(step, window, pedal(window), q, np.zeros(54), np.zeros(88))).targets
        assert_legal(np.stack([q, np.pad(targets, (0, 8))]), target_range)


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 10**6), st.sampled_from([0.005, 0.05, 0.4, 1.0]), st.booleans())
def test_any_roll_is_answered_within_the_range(whole, streaming, target_range, seed, density, see_all):
    goal = np.random.default_rng(seed).random((16, 88)) < density
    assert_legal(play(whole if see_all else streaming, goal, 8), target_range)


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator()


def first_chords() -> list[np.ndarray]:
    """Openings: single notes at the ends, in the middle and on black keys, and chords of one and two hands."""
    chords = ([0], [87], [39], [40], [1, 86], [39, 43, 46], [15, 19, 22, 51, 55, 58], [37, 49, 54, 61], list(range(88)))
    goals = [np.zeros((HORIZON, 88), bool) for _ in chords]
    for goal, keys in zip(goals, chords, strict=True):
        goal[:4, keys] = True
    return goals


@pytest.mark.parametrize("goal", first_chords(), ids=lambda goal: f"{goal[0].sum()} keys from {goal[0].argmax()}")
def test_hands_begin_above_the_keys(whole, simulator, goal):
    state = simulator.reset(whole.start(goal, pedal(goal)))
    assert not state.key_pressed.any()
    touched = {simulator.model.geom(geom).name for contact in simulator.data.contact for geom in contact.geom}
    assert not touched & set(KEY_NAMES)
    # And they stay there while nothing is asked of them.
    q = state.joint_positions
    stay = [sum(q[JOINTS.index(joint)] for joint in target_joints(name)) for name in simulator.target_names]
    for _ in range(4):
        state = simulator.step(stay)
    assert not state.key_pressed.any()


@pytest.mark.parametrize("kind", ["whole", "streaming"])
def test_it_reports_the_finger_of_every_note(kind, request):
    planner, goal = request.getfixturevalue(kind), tune(24)
    assert isinstance(planner, ReportsFingering)
    play(planner, goal, len(goal))
    onset, release, key, finger = planner.assignments()
    begins = goal & ~np.vstack([np.zeros((1, 88), bool), goal[:-1]])
    assert list(zip(onset, key, strict=True)) == list(zip(*np.nonzero(begins), strict=True))
    assert np.all(goal[release - 1, key])  # let go within the note
    assert np.all(finger >= 0)
    assert np.all(finger[key > 45] < 5)
    assert np.all(finger[key < 32] >= 5)
