import numpy as np
import pytest
from test_learned_hand import ROWS, STEP, _begun, _rows

from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.generalist.generalist import GeneralistConfig, contract, hand_of
from pianomime_policy.controllers.generalist.learned_hand import LearnedHand
from pianomime_policy.controllers.generalist.squared_weights import SquaredWeightsHand
from pianomime_policy.hand_control.hand_planner import PostureConfig
from pianomime_policy.hand_control.inverse_kinematics import InverseKinematicsConfig
from pianomime_policy.hand_control.tracking import TrackingConfig
from pianomime_policy.motion.fingertip_targets import FingertipConfig


def _features(kind: type[LearnedHand], weight: float) -> np.ndarray:
    free = InverseKinematicsConfig(damping=0.0, clearance_weight=0.0)
    hand = kind("rh", "pianomime", FingertipConfig(), PostureConfig(), free, TrackingConfig(), postures=None)
    q = _begun(hand, 0.15)
    tips = _rows(hand, 0.15, 0.01)
    tips.weight[:] = weight
    begun = np.concatenate([hand.reference[1:], hand.reference[-1:]])
    return hand.features(begun, tips, np.full(ROWS, 0.15), np.full(ROWS, 0.004), np.zeros(len(q)))


def test_where_all_weights_are_1_both_show_the_same() -> None:
    np.testing.assert_allclose(_features(SquaredWeightsHand, 1.0), _features(LearnedHand, 1.0), atol=1e-6)


def test_only_the_steps_follow_the_squared_weights() -> None:
    older, newer = _features(SquaredWeightsHand, 0.02), _features(LearnedHand, 0.02)
    differing = np.abs(older - newer).max(axis=0) > 1e-4
    assert differing[STEP].any()
    differing[STEP] = False
    assert not differing.any()
    # What is stiffer than the fingertips' weight squared keeps still.
    assert np.abs(older[:, STEP]).sum() < 0.9 * np.abs(newer[:, STEP]).sum()


class _File:
    def __init__(self, metadata: dict[str, object]) -> None:
        self.metadata = metadata


@pytest.mark.parametrize("kind", [LearnedHand, SquaredWeightsHand])
def test_a_network_is_fed_what_its_file_names(kind: type[LearnedHand]) -> None:
    names = contract("postures", SceneConfig().variant, GeneralistConfig(), kind)
    assert hand_of(_File(names)) is kind


@pytest.mark.parametrize("observation", [None, 3, [], [[]], [3], {"a": 1}])
def test_a_file_that_names_nothing_is_no_older_one(observation: object) -> None:
    assert hand_of(_File({"observation": observation})) is LearnedHand
