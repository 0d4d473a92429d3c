"""With the planner's inverse kinematics in place of the network, both hands must be the same."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pianomime_policy.controllers.generalist.learned_hand import LearnedHand, feature_layout, units
from pianomime_policy.hand_control.body_clearance import BodyClearanceConfig
from pianomime_policy.hand_control.hand_planner import HandPlanner, PostureConfig
from pianomime_policy.hand_control.inverse_kinematics import InverseKinematicsConfig
from pianomime_policy.hand_control.tracking import TrackingConfig
from pianomime_policy.motion.fingertip_targets import FingertipConfig, FingertipRows
from pianomime_policy.motion.motion_timing import MotionTiming

ROWS = TrackingConfig().preview_steps


def _hand(side: str, postures=None, passes: int = 1) -> LearnedHand:
    return LearnedHand(
        side,
        "pianomime",
        FingertipConfig(),
        PostureConfig(),
        InverseKinematicsConfig(),
        TrackingConfig(),
        postures=postures,
        passes=passes,
    )


def _rows(hand: HandPlanner, centre: float, lower: float) -> FingertipRows:
    """Every fingertip of a resting hand, `lower` m deeper, with the index finger pressing."""
    rest = hand.rest.copy()
    rest[hand.target_names.index(f"{hand.side}_forearm_tx")] += centre
    target = np.tile(hand.fingertips(hand.chain.coupling @ rest), (ROWS, 1, 1))
    target[..., 2] -= lower
    force = np.zeros((ROWS, 5))
    force[:, 1] = 1.5
    weight = np.ones((ROWS, 5, 3)) * [0.5, 1.0, 2.0]
    return FingertipRows(target, weight, force, np.zeros((ROWS, 5)), np.full((ROWS, 5), -1))


def _begun(hand: HandPlanner, centre: float) -> NDArray[np.float64]:
    waiting = _rows(hand, centre, 0.0)
    return hand.begin(waiting, centre, 0.0)


def test_an_answer_means_what_it_was_made_of() -> None:
    hand, rng = _hand("lh"), np.random.default_rng(0)
    _begun(hand, -0.2)
    begun = hand.reference.copy()
    reference = np.clip(begun + rng.normal(0, 0.02, begun.shape), hand.chain.lower, hand.chain.upper)
    push = rng.normal(0, 1, begun.shape)
    found, forces = hand.decode_answer(begun, hand.encode_answer(begun, reference, push))
    np.testing.assert_allclose(found, reference, atol=1e-6)
    np.testing.assert_allclose(forces, push[:1], rtol=1e-5)


def test_what_lies_outside_the_ranges_is_clamped() -> None:
    hand = _hand("rh")
    _begun(hand, 0.2)
    found, _ = hand.decode_answer(hand.reference, np.full((ROWS, 2 * len(hand.unit)), 50, np.float32))
    assert (found <= hand.chain.upper).all()
    assert (found >= hand.chain.lower).all()


def test_the_left_hand_is_the_right_one_in_a_mirror() -> None:
    features = []
    for side, centre in (("rh", 0.15), ("lh", -0.15)):
        hand = _hand(side)
        q = _begun(hand, centre)
        tips = _rows(hand, centre, 0.01)
        slack = np.zeros(len(q))
        path = np.full(ROWS, centre), np.full(ROWS, 0.004)
        begun = np.concatenate([hand.reference[1:], hand.reference[-1:]])
        features.append(hand.features(begun, tips, *path, slack))
    assert features[0].shape == (ROWS, sum(int(size) for _, size in feature_layout(23)))
    np.testing.assert_allclose(features[0], features[1], atol=0.02)  # the models differ by micrometres


@pytest.mark.parametrize("side", ["rh", "lh"])
def test_with_the_planners_answers_it_plays_like_the_planner(side: str) -> None:
    centre = 0.15 if side == "rh" else -0.15
    teacher = HandPlanner(
        side, "pianomime", FingertipConfig(), PostureConfig(), InverseKinematicsConfig(), TrackingConfig()
    )
    q = _begun(teacher, centre)
    student: LearnedHand

    def answers(features: NDArray[np.float32]) -> NDArray[np.float32]:
        begun = np.concatenate([student.reference[1:], student.reference[-1:]])
        return student.encode_answer(begun, taught[-1], np.zeros_like(begun))

    student = _hand(side, answers)
    _begun(student, centre)
    taught = []
    path = np.full(ROWS, centre), np.full(ROWS, 0.004)
    tips, v = _rows(teacher, centre, 0.012)._replace(force=np.zeros((ROWS, 5))), np.zeros(len(q))
    for _ in range(3):
        expected = teacher.act(q, v, tips, *path)
        taught.append(teacher.reference.copy())
        np.testing.assert_allclose(student.act(q, v, tips, *path), expected, atol=2e-5)


PHASES = ("press", "ready", "travel", "release", "idle")
STEP = slice(2 * 23, 3 * 23)
"""The features with the step that each coordinate alone would take."""


def _phases(hand: HandPlanner, centre: float) -> FingertipRows:
    """Each finger in a different phase of playing, with its weights, and in another one in the next row."""
    tips, config = _rows(hand, centre, 0.004), FingertipConfig()
    for row in range(ROWS):
        for finger in range(5):
            phase = PHASES[(row + finger) % 5]
            tips.weight[row, finger] = getattr(config, f"{phase}_weight")
            tips.target[row, finger, 2] += {"press": -0.006, "idle": 0.02}.get(phase, 0.0)
            tips.target[row, finger, 1] += 0.003 * finger
    return tips


@pytest.mark.parametrize("side", ["rh", "lh"])
def test_where_inverse_kinematics_comes_to_rest_no_coordinate_alone_would_move(side: str) -> None:
    centre = 0.15 if side == "rh" else -0.15
    exact = InverseKinematicsConfig(iterations=300, tolerance_m=0.0)
    parts = side, "pianomime", FingertipConfig(), PostureConfig(), exact, TrackingConfig()
    teacher, student = HandPlanner(*parts), LearnedHand(*parts, postures=None)
    q = _begun(teacher, centre)
    student.reference = teacher.reference.copy()
    tips, path, slack = _phases(teacher, centre), (np.full(ROWS, centre), np.full(ROWS, 0.004)), np.zeros(len(q))
    far = student.features(np.concatenate([student.reference[1:], student.reference[-1:]]), tips, *path, slack)
    teacher.act(q, np.zeros(len(q)), tips, *path)  # coupled joints as they stand have no slack
    at_rest = student.features(teacher.reference, tips, *path, slack)
    np.testing.assert_allclose(at_rest[:, STEP], 0.0, atol=1e-6)
    assert (np.abs(far[:, STEP]).max(axis=1) > 0.05).all()  # and on the way there it says something


def test_a_second_pass_gets_the_error_that_the_first_one_left() -> None:
    asked: list[NDArray[np.float32]] = []

    def half_a_unit_more(features: NDArray[np.float32]) -> NDArray[np.float32]:
        asked.append(features)
        answer = np.zeros((ROWS, 2 * 23), np.float32)
        answer[:, 1] = 0.05
        return answer

    hand = _hand("rh", half_a_unit_more, passes=2)
    q = _begun(hand, 0.15)
    tips = _rows(hand, 0.15, 0.01)
    hand.act(q, np.zeros(len(q)), tips, np.full(ROWS, 0.15), np.zeros(ROWS))
    assert len(asked) == 2
    np.testing.assert_allclose(asked[1][:, 1] - asked[0][:, 1], 0.05, atol=1e-5)


def _in_both_ways(timing: MotionTiming) -> tuple[HandPlanner, LearnedHand]:
    parts = (
        "rh", "pianomime", FingertipConfig(), PostureConfig(), InverseKinematicsConfig(), TrackingConfig(), timing,
    )  # fmt: skip
    return HandPlanner(*parts), LearnedHand(*parts, postures=None)


def test_of_several_rows_a_step_it_answers_those_that_inverse_kinematics_solves() -> None:
    timing = MotionTiming(rows_per_step=5, fine_steps=2)
    teacher, student = _in_both_ways(timing)
    rows = 5 * ROWS
    q = teacher.begin(_rows(teacher, 0.15, 0.0), 0.15, 0.0)
    student.begin(_rows(student, 0.15, 0.0), 0.15, 0.0)
    tips = _rows(teacher, 0.15, 0.01)
    tips = FingertipRows(*(np.repeat(values, 5, axis=0) for values in tips))
    path = np.full(rows, 0.15), np.full(rows, 0.004)
    begun = student.reference.copy()
    features = student.features(begun, tips, *path, np.zeros(len(q)))
    assert len(features) == 2 * 5 + ROWS - 2  # every row of two steps, then one of each
    teacher.act(q, np.zeros(len(q)), tips, *path)
    label = student.encode_answer(begun, teacher.reference, np.zeros_like(begun))
    found, push = student.decode_answer(begun, label)
    # The rows in between are the solver's, too.
    np.testing.assert_allclose(found, teacher.reference, atol=1e-6)
    assert push.shape == (5, len(student.unit))


def test_corrections_are_steps_of_inverse_kinematics_after_the_networks_answer() -> None:
    """A network without an answer and as many corrections as the planner has iterations is the planner."""
    nothing = np.zeros((ROWS, 2 * 23), np.float32)
    config = InverseKinematicsConfig()
    parts = "rh", "pianomime", FingertipConfig(), PostureConfig(), config, TrackingConfig()
    teacher = HandPlanner(*parts)
    student = LearnedHand(*parts, postures=lambda features: nothing, passes=1, corrections=config.iterations)
    q = _begun(teacher, 0.15)
    _begun(student, 0.15)
    path, tips = (np.full(ROWS, 0.15), np.full(ROWS, 0.004)), _rows(teacher, 0.15, 0.012)
    for _ in range(3):
        expected = teacher.act(q, np.zeros(len(q)), tips, *path)
        np.testing.assert_allclose(student.act(q, np.zeros(len(q)), tips, *path), expected, atol=1e-12)


def test_where_hands_collide_the_network_sees_the_same_and_its_corrections_keep_clear() -> None:
    seen: list[NDArray[np.float32]] = []

    def nothing(features: NDArray[np.float32]) -> NDArray[np.float32]:
        seen.append(features)
        return np.zeros((len(features), 2 * 23), np.float32)

    plain, clear = (
        LearnedHand(
            "rh", "pianomime", FingertipConfig(), PostureConfig(), InverseKinematicsConfig(), TrackingConfig(),
            postures=nothing, passes=1, corrections=2, clearance=clearance,
        )
        for clearance in (None, BodyClearanceConfig(finger_margin_m=0.02, finger_weight=1.0))
    )  # fmt: skip
    waiting = _rows(plain, 0.15, 0.0)
    q = _begun(plain, 0.15)
    clear.rest, clear.reference = plain.rest, plain.reference.copy()
    for hand in (plain, clear):
        hand.act(q, 0 * q, waiting, np.full(ROWS, 0.15), np.zeros(ROWS))
    np.testing.assert_array_equal(seen[0], seen[1])
    assert np.abs(plain.reference - clear.reference).max() > 0.01


def test_slides_are_counted_in_smaller_units_than_joints() -> None:
    assert units(["WRJ1", "forearm_tx"]).tolist() == [0.2, 0.02]
