"""The controller that plays a demonstration: its fingertip targets, and what it plays."""

from dataclasses import replace

import numpy as np
import pytest
from reference_demonstrations import clip, demonstration_of, needs_demos, needs_tutorial, stan_1

from pianomime.episodes.episode import play_episode
from pianomime.files.songs import bundled_songs
from pianomime.reports.likeness import played_fingertips_m
from pianomime_core.demonstration import Demonstration
from pianomime_core.fingertip_distance import fingertip_distance_m
from pianomime_core.hands import FINGERS, SIDES
from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH
from pianomime_core.metrics import score
from pianomime_core.midi_score import load_midi
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll, trim_silence
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.demo.demo import Demo
from pianomime_policy.controllers.demo.human_motion_plan import HumanMotionPlan, HumanMotionPlanConfig
from pianomime_policy.controllers.demo.human_path import seen_fingertips
from pianomime_policy.controllers.planner.planner import Planner

SCENE = SceneConfig()
SONG, SECONDS = "minuet_in_g", 8.0


def perform(demonstration: Demonstration, controller=None):
    """Frame F1, onset F1, F1 of doing nothing, and the distance to the pianist's fingertips [m]."""
    player = controller or Demo(demonstration)
    rollout = play_episode(Simulator(SCENE), player, piano_roll(demonstration.score()))
    card = score(rollout.goal, rollout.pressed)
    distance_m = fingertip_distance_m(played_fingertips_m(rollout, Simulator(SCENE)), demonstration)
    return card.f1, card.onset_f1, card.do_nothing_f1, distance_m


@pytest.fixture(scope="module")
def planners_own() -> Demonstration:
    """The fingertips of the planner's own performance of a bundled song, completely observed."""
    music = trim_silence(load_midi(bundled_songs()[SONG]))
    notes = tuple(note for note in music.notes if note.offset_s < SECONDS)
    roll = piano_roll(Score(notes))
    planner = Planner()
    rollout = play_episode(Simulator(SCENE), planner, roll)
    tips = played_fingertips_m(rollout, Simulator(SCENE))
    points = np.zeros((len(roll), 2, 6, 3))
    # What stands at the end of a step is the next row.
    points[1:, :, 1:], points[0, :, 1:] = tips[:-1], tips[0]
    plan = planner.assignments()
    ordered = sorted(notes, key=lambda note: (note.onset_s, note.pitch))
    finger = []
    for note in ordered:
        of_key = np.flatnonzero(plan.key == note.pitch - LOWEST_PITCH)
        finger.append(int(plan.finger[of_key[np.argmin(np.abs(plan.onset[of_key] - note.onset_s * 20))]]))
    return demonstration_of(points, Score(notes), np.array(finger))


@pytest.mark.slow
def test_what_the_planner_played_is_played_again_close_to_its_fingertips(planners_own):
    f1, onset_f1, nothing, distance_m = perform(planners_own)
    assert nothing < 0.1
    assert f1 > 0.95
    assert onset_f1 > 0.95
    assert distance_m < 0.008
    # Nor would any hands do: those of somebody else who plays the same notes are further away.
    mirrored = replace(planners_own, finger=(4 - planners_own.finger % 5) + 5 * (planners_own.finger // 5))
    assert perform(mirrored)[3] > 1.5 * distance_m


def test_the_hands_begin_where_the_pianists_are(planners_own):
    first = perform_start(Demo(planners_own))
    assert np.linalg.norm((first - planners_own.points_m[0, :, 1:])[..., :2], axis=-1).max() < 0.02
    assert first[..., 2].min() > KEYBOARD.top_z_m[0]


def perform_start(controller) -> np.ndarray:
    nothing = np.zeros((1, 88), bool)
    simulator = Simulator(SCENE)
    simulator.reset(controller.start(nothing, nothing[:, 0]))
    return np.array([[simulator.data.site(f"{side}_{finger}_tip").xpos for finger in FINGERS] for side in SIDES])


def test_a_hand_out_of_sight_moves_on_without_a_jump(planners_own):
    gap = planners_own.valid.copy()
    gap[20:60, 0] = gap[:10, 1] = False
    points = planners_own.points_m.copy()
    points[~gap] = np.nan
    demonstration = replace(planners_own, points_m=points, valid=gap, confidence=gap.astype(np.float32))
    tips = seen_fingertips(demonstration)
    assert np.isfinite(tips).all()
    step = np.diff(tips[19:61, 0], axis=0)
    assert np.allclose(step, step[0], atol=1e-6)
    assert np.array_equal(tips[:10, 1], np.repeat(tips[10:11, 1], 10, axis=0))
    f1, *_ = perform(demonstration)
    assert f1 > 0.9


def test_hands_never_seen_play_as_the_planner_would_hold_them(planners_own):
    unseen = np.zeros_like(planners_own.valid)
    blind = replace(
        planners_own,
        points_m=np.full_like(planners_own.points_m, np.nan),
        valid=unseen,
        confidence=unseen.astype(np.float32),
    )
    assert np.isnan(seen_fingertips(blind)).all()
    roll = piano_roll(blind.score())
    rollout = play_episode(Simulator(SCENE), Demo(blind), roll)
    assert score(rollout.goal, rollout.pressed).f1 > 0.9


def two_notes(finger, x_m=0.05) -> Demonstration:
    """Middle C for half a second, then C sharp, with all points of the right hand in one place beside them."""
    points = np.zeros((40, 2, 6, 3))
    points[..., 0], points[..., 2] = x_m, 0.045
    points[:, 0, :, 1], points[:, 1, :, 1] = 0.2, -0.3
    music = Score((Note(60, 0.0, 0.5), Note(61, 1.0, 1.5)))
    return demonstration_of(points, music, np.array(finger))


def test_the_finger_that_pressed_is_led_onto_its_key_and_no_other():
    motion_plan = HumanMotionPlan(two_notes([1, 2]), HumanMotionPlanConfig())
    white, black = 60 - LOWEST_PITCH, 61 - LOWEST_PITCH
    first, second = motion_plan.fingertips(0, 4, 1), motion_plan.fingertips(0, 24, 1)
    assert first.key.tolist() == [[-1, white, -1, -1, -1]]
    assert second.key.tolist() == [[-1, -1, black, -1, -1]]
    assert first.target[0, 1, :2] == pytest.approx([0.05, KEYBOARD.center_y_m[white]])  # the depth is the pianist's
    assert second.target[0, 2, :2] == pytest.approx([0.008, KEYBOARD.center_y_m[black]])  # but it must be on the key
    assert np.allclose(first.target[0, [0, 2, 3, 4], :2], [0.05, 0.2])  # the others stay where the pianist's are
    assert np.allclose(second.target[0, [0, 1, 3, 4], :2], [0.05, 0.2])
    assert (first.force > 0).sum() == 1
    assert np.all(motion_plan.fingertips(1, 4, 1).key == -1)


def test_the_way_to_a_key_and_back_has_no_leap():
    motion_plan = HumanMotionPlan(two_notes([1, 1]), HumanMotionPlanConfig())
    led = np.concatenate([motion_plan.fingertips(0, step, 1).target[:, 1, :2] for step in range(31)])
    distance_m = np.hypot(0.042, 0.2 - KEYBOARD.center_y_m[61 - LOWEST_PITCH])
    assert np.linalg.norm(np.diff(led, axis=0), axis=1).max() < 0.7 * distance_m


def test_a_note_without_a_known_finger_is_left_out():
    motion_plan = HumanMotionPlan(two_notes([1, -1]), HumanMotionPlanConfig())
    assert max(motion_plan.fingertips(h, s, 1).key.max() for h in (0, 1) for s in range(15, 31)) == -1


def test_force_and_depth_follow_the_lever():
    config = HumanMotionPlanConfig()
    near, far = (HumanMotionPlan(two_notes([1, 2], x_m), config).fingertips(0, 4, 1) for x_m in (0.06, 0.03))
    key = 60 - LOWEST_PITCH
    lever = [x_m - KEYBOARD.hinge_x_m[key] for x_m in (0.06, 0.03)]
    assert near.force[0, 1] * lever[0] == pytest.approx(far.force[0, 1] * lever[1])
    down_m = near.target[0, 1, 2] - far.target[0, 1, 2]
    assert down_m == pytest.approx(-np.tan(KEYBOARD.travel_rad[key]) * 0.03, rel=1e-3)


@pytest.mark.slow
@needs_tutorial
def test_the_tutorial_clip():
    """The authors' nominal has .69 here; their file of the same clip, played here as they did, .54."""
    demonstration = stan_1()
    f1, onset_f1, nothing, distance_m = perform(demonstration)
    assert nothing < 0.16
    assert f1 > 0.94
    assert onset_f1 > 0.92
    assert distance_m < 0.009


@pytest.mark.slow
@needs_demos
@pytest.mark.parametrize(("number", "lowest_f1", "furthest_m"), [(170, 0.95, 0.009), (2, 0.80, 0.018)])
def test_clips_of_the_archive(number, lowest_f1, furthest_m):
    f1, _, nothing, distance_m = perform(clip(number))
    assert nothing < 0.25
    assert f1 > lowest_f1
    assert distance_m < furthest_m
