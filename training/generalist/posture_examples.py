"""Examples for the posture network: in the simulator a student plays, and the planner's inverse kinematics says at
every step what it would have done (DAgger, arXiv 1011.0686).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime.episodes.episode import play_episode
from pianomime_core.piano_roll import PianoRoll
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.generalist.generalist import GeneralistConfig
from pianomime_policy.controllers.generalist.learned_hand import LearnedHand, Postures
from pianomime_policy.controllers.planner.planner import Planner, PlannerConfig
from pianomime_policy.hand_control.hand_planner import HandPlanner
from pianomime_policy.motion.fingertip_targets import FingertipRows
from training.music import Roll


@dataclass(frozen=True, eq=False)
class PostureExamples:
    """Rows of hands, as the right hand in the mirror has them.

    Attributes:
        features: (R, D) float16.
        wanted: (R, 2 n) float32 answers of the teacher.
        jacobian: (R, 15, n) float16 of the fingertips, m per unit.
        weight: (R, 15) float16 of the squared fingertip errors.
    """

    features: NDArray[np.float16]
    wanted: NDArray[np.float32]
    jacobian: NDArray[np.float16]
    weight: NDArray[np.float16]

    @classmethod
    def join(cls, parts: "list[PostureExamples]") -> "PostureExamples":
        """All rows of the parts, in order."""
        names = ("features", "wanted", "jacobian", "weight")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


class AskedHand(LearnedHand):
    """Plays as the student says, or as the teacher where there is none, and notes what the teacher would have done.

    Attributes:
        noted: (features, wanted, jacobian, weight) of the rows asked about, one entry for each pass of a step.
    """

    def __init__(self, student: Postures | None, rng: np.random.Generator, **hand: Any) -> None:
        """`hand`: as `HandPlanner`."""
        self._student, self._rng = student, rng
        self._solved: list[NDArray[np.float64]] = []
        self.noted: list[tuple[NDArray[Any], ...]] = []
        super().__init__(**hand, postures=student or self._silent, passes=1 if student is None else _PASSES)

    def _silent(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.zeros((len(features), 2 * len(self.unit)), np.float32)

    def _refer(
        self,
        tips: FingertipRows,
        centre_m: NDArray[np.float64],
        reach_m: NDArray[np.float64],
        slack: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        before, self._solved = self.reference.copy(), []
        push = HandPlanner._refer(self, tips, centre_m, reach_m, slack)
        self._taught, self.reference = self.reference, before
        jacobians = np.stack(self._solved)
        self._jacobian = self.mirrored_jacobian(jacobians).reshape(len(before), 15, -1)
        self._pushes = -np.einsum("rf,rfi->ri", tips.force, jacobians[:, :, 2])
        self._weight = tips.weight.reshape(len(before), 15)
        learned = super()._refer(tips, centre_m, reach_m, slack)
        if self._student is not None:
            return learned
        self.reference = self._taught
        return push

    def understood(
        self, begun: NDArray[np.float64], answer: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """As of `LearnedHand`; what the teacher would have answered is noted."""
        # The row to be played now, and one of those to come.
        rows = [0, int(self._rng.integers(1, len(begun)))]
        self.noted.append(
            (
                self._asked[rows].astype(np.float16),
                self.answer_of(begun, self._taught, self._pushes)[rows],
                self._jacobian[rows].astype(np.float16),
                self._weight[rows].astype(np.float16),
            )
        )
        return super().understood(begun, answer)

    def features(self, *situation: Any) -> NDArray[np.float32]:
        """As of `LearnedHand`."""
        self._asked = super().features(*situation)
        return self._asked

    def _solve(self, *args: Any) -> None:
        super()._solve(*args)
        self._solved.append(self._jacobians.copy())


_PASSES = GeneralistConfig().passes
_HAND = ("side", "variant", "fingertips", "posture", "kinematics", "tracking")


def posture_examples(
    roll: Roll, rng: np.random.Generator, student: Postures | None, simulator: Simulator | None = None
) -> tuple[PostureExamples, NDArray[np.bool_]]:
    """Play a piece with the planner's fingering.

    Returns:
        The examples, and the keys (T, 88) that went down.
    """
    simulator = simulator or Simulator(SceneConfig())
    hands: list[AskedHand] = []

    def make_hand(*hand: Any) -> AskedHand:
        hands.append(AskedHand(student, rng, **dict(zip(_HAND, hand, strict=True))))
        return hands[-1]

    planner = Planner(simulator.config.variant, PlannerConfig(horizon_steps=40), make_hand=make_hand)
    rollout = play_episode(simulator, planner, PianoRoll(roll, np.zeros(len(roll), bool)))
    noted = [entry for hand in hands for entry in hand.noted]
    return PostureExamples(*(np.concatenate(column) for column in zip(*noted, strict=True))), rollout.pressed
