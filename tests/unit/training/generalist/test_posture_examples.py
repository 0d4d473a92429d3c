import numpy as np
import pytest
import torch
from training.generalist.posture_examples import PostureExamples, posture_examples
from training.generalist.posture_network import PostureNetwork, posture_loss

from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import PianoRoll, piano_roll
from pianomime_core.setting import Setting
from pianomime_policy.motion.fingertip_targets import FingertipConfig

COORDINATES = 23


@pytest.fixture(scope="module")
def taught() -> tuple[PostureExamples, np.ndarray]:
    roll = np.zeros((30, 88), bool)
    roll[8:14, 44], roll[16:24, 61], roll[12:24, 30] = True, True, True
    examples, pressed = posture_examples(PianoRoll(roll, np.zeros(len(roll), bool)), np.random.default_rng(0), None)
    assert (pressed & roll).sum() > 18  # the planner itself played
    return examples, pressed


def test_two_rows_of_each_hand_and_step_are_recorded(taught) -> None:
    examples, _ = taught
    assert len(examples.features) == 2 * 2 * 30
    assert examples.label.shape == (120, 2 * COORDINATES)
    assert examples.jacobian.shape == (120, 15, COORDINATES)


def test_the_teacher_brings_pressing_fingers_nearer_to_their_targets(taught) -> None:
    examples, _ = taught
    error = examples.features[:, 3 * COORDINATES : 3 * COORDINATES + 15].astype(float) * 0.01
    change = np.einsum("rki,ri->rk", examples.jacobian.astype(float), examples.label[:, :COORDINATES])
    moved = (examples.weight > 0.25) & (np.abs(change) > 0.002)
    assert moved.sum() > 5
    assert np.abs(error - change)[moved].mean() < 0.4 * np.abs(error)[moved].mean()


def test_in_the_musical_setting_rows_of_now_and_of_later_are_recorded() -> None:
    score = Score((Note(65, 0.41, 0.7), Note(60, 0.8, 1.2)))
    roll = piano_roll(score, trim=False)
    examples, pressed = posture_examples(roll, np.random.default_rng(0), None, Setting.MUSICAL)
    assert len(examples.features) == 2 * 2 * len(roll)
    assert pressed[:, [44, 39]].any(axis=0).all()  # the planner itself played both notes


def test_a_learner_without_an_answer_leaves_the_hands_where_they_were() -> None:
    roll = np.zeros((12, 88), bool)
    roll[4:, 60] = True
    nothing = np.zeros((5, 2 * COORDINATES), np.float32)
    examples, pressed = posture_examples(
        PianoRoll(roll, np.zeros(len(roll), bool)), np.random.default_rng(0), lambda features: nothing
    )
    assert not pressed.any()
    assert np.abs(examples.label).max() > 0.5  # and the teacher would have done something


def test_loss_counts_millimetres_of_the_fingertips() -> None:
    jacobian = torch.zeros(1, 15, COORDINATES)
    jacobian[0, 4, 2] = 0.1  # metres of one coordinate of a fingertip for a unit of one joint
    weight = torch.full((1, 15), 2.0)
    label = torch.zeros(1, 2 * COORDINATES)
    off = label.clone()
    off[0, 2] = 0.05  # 5 mm
    loss = posture_loss(off, label, jacobian, weight, 0.0)
    assert loss.item() == pytest.approx(16 * (np.sqrt(1 + 2 * 5**2 / 16) - 1), rel=1e-5)
    assert posture_loss(label, label, jacobian, weight, 0.3).item() == 0.0
    off[0, 2], off[0, 30] = 0.0, 2.0  # a push that is off counts as a joint
    assert posture_loss(off, label, jacobian, weight, 0.25).item() == pytest.approx(
        16 * (np.sqrt(1 + 1 / 16) - 1), rel=1e-5
    )


@pytest.mark.parametrize("phase", ["press", "ready", "travel", "release", "idle"])
def test_small_errors_cost_what_inverse_kinematics_minimises(phase: str) -> None:
    rng = np.random.default_rng(0)
    weight = np.tile(getattr(FingertipConfig(), f"{phase}_weight"), 5)
    jacobian, off = rng.normal(0, 0.05, (15, COORDINATES)), rng.normal(0, 1e-4, COORDINATES)
    error_mm = 1e3 * jacobian @ off
    answer = np.concatenate([off, np.zeros(COORDINATES)])
    rows = (torch.from_numpy(values[None]) for values in (answer, 0 * answer, jacobian, weight))
    assert posture_loss(*rows, joint_share=0.0).item() == pytest.approx(0.5 * (weight * error_mm**2).sum(), rel=1e-3)


def test_network_answers_every_row_alone() -> None:
    network = PostureNetwork(81, COORDINATES, 16)
    features = torch.randn(4, 81)
    assert network(features).shape == (4, 2 * COORDINATES)
    torch.testing.assert_close(network(features)[2:3], network(features[2:3]))
