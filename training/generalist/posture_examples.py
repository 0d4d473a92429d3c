"""Examples for the posture network: a learner plays in the simulator, and the planner's inverse kinematics labels every
step with what it would have done (DAgger, arXiv 1011.0686).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime.episodes.episode import play_episode
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.generalist.generalist import GeneralistConfig
from pianomime_policy.controllers.generalist.learned_hand import LearnedHand, Postures
from pianomime_policy.controllers.planner.musical_planner import MusicalPlanner
from pianomime_policy.controllers.planner.planner import Planner, PlannerConfig
from pianomime_policy.hand_control.hand_planner import HandPlanner
from pianomime_policy.motion.fingertip_targets import FingertipRows


@dataclass(frozen=True, eq=False)
class PostureExamples:
    """Rows of hands; those of the left hand are mirrored into a right one.

    Attributes:
        features: (R, D) float16.
        label: (R, 2 n) float32 outputs of the teacher.
        jacobian: (R, 15, n) float16 of the fingertips, m per unit.
        weight: (R, 15) float16 of the squared fingertip errors.
    """

    features: NDArray[np.float16]
    label: NDArray[np.float32]
    jacobian: NDArray[np.float16]
    weight: NDArray[np.float16]

    @classmethod
    def join(cls, parts: "list[PostureExamples]") -> "PostureExamples":
        """All rows of the parts, in order."""
        names = ("features", "label", "jacobian", "weight")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


class LabelledHand(LearnedHand):
    """Plays as the learner decides, or the teacher if there is none, and records the teacher's labels.

    Attributes:
        recorded: (features, label, jacobian, weight) of the labelled rows, one entry for each pass of a step.
    """

    def __init__(self, learner: Postures | None, rng: np.random.Generator, **hand: Any) -> None:
        """`hand`: as `HandPlanner`."""
        self._learner, self._rng = learner, rng
        self.recorded: list[tuple[NDArray[Any], ...]] = []
        super().__init__(**hand, postures=learner or self._silent, passes=1 if learner is None else _PASSES)

    def _silent(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.zeros((len(features), 2 * len(self.unit)), np.float32)

    def _refer(
        self,
        tips: FingertipRows,
        centre_m: NDArray[np.float64],
        reach_m: NDArray[np.float64],
        slack: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        before = self.reference.copy()
        push = HandPlanner._refer(self, tips, centre_m, reach_m, slack)
        self._taught, self.reference = self.reference, before
        rows = self._solved
        self._jacobian = self.mirrored_jacobian(self._jacobians[rows]).reshape(len(rows), 15, -1)
        self._pushes = -np.einsum("rf,rfi->ri", tips.force, self._jacobians[:, :, 2])
        self._weight = tips.weight[rows].reshape(len(rows), 15)
        learned = super()._refer(tips, centre_m, reach_m, slack)
        if self._learner is not None:
            return learned
        self.reference = self._taught
        return push

    def decode_answer(
        self, begun: NDArray[np.float64], answer: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """See `LearnedHand`; also records the teacher's label."""
        # A row to play now, and one of the coming rows.
        now, rows = self._rows_per_step, len(self._solved)
        drawn = [int(self._rng.integers(now)), int(self._rng.integers(now, rows))]
        self.recorded.append(
            (
                self._features[drawn].astype(np.float16),
                self.encode_answer(begun, self._taught, self._pushes)[drawn],
                self._jacobian[drawn].astype(np.float16),
                self._weight[drawn].astype(np.float16),
            )
        )
        return super().decode_answer(begun, answer)

    def features(self, *situation: Any) -> NDArray[np.float32]:
        """See `LearnedHand`."""
        self._features = super().features(*situation)
        return self._features


_PASSES = GeneralistConfig().passes
_HAND = ("side", "variant", "fingertips", "posture", "kinematics", "tracking", "timing")


def posture_examples(
    roll: PianoRoll,
    rng: np.random.Generator,
    learner: Postures | None,
    setting: Setting = Setting.BENCHMARK,
    simulator: Simulator | None = None,
) -> tuple[PostureExamples, NDArray[np.bool_]]:
    """Play a piece with the planner's fingering.

    Args:
        roll: The piece; with notes if the setting is "musical".
        rng: Draws the rows that are recorded.
        learner: The network that plays, None for the planner.
        setting: In which it is played.
        simulator: To play in; by default a new one.

    Returns:
        The examples, and the keys (T, 88) that were pressed.
    """
    simulator = simulator or Simulator(SceneConfig())
    hands: list[LabelledHand] = []

    def make_hand(*hand: Any) -> LabelledHand:
        hands.append(LabelledHand(learner, rng, **dict(zip(_HAND, hand, strict=True))))
        return hands[-1]

    planner = (MusicalPlanner if setting is Setting.MUSICAL else Planner)(
        simulator.config.variant, PlannerConfig(horizon_steps=40), make_hand=make_hand
    )
    rollout = play_episode(simulator, planner, roll).frames()
    recorded = [entry for hand in hands for entry in hand.recorded]
    return PostureExamples(*(np.concatenate(column) for column in zip(*recorded, strict=True))), rollout.pressed
