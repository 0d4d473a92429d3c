"""What fingerings cost in the simulator: a piece is played with fingers that are now and then not the favourite ones,
and the frames lost around every onset are written beside the choice.

The search's price is a proxy; this is the score itself, so a network that learns it can prefer fingers that the teacher
does not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime.episode import play_episode
from pianomime_core.piano_roll import PianoRoll
from pianomime_physics.simulator import Simulator
from pianomime_policy.generalist.fingering_choices import Choices, FingeringChoices
from pianomime_policy.generalist.generalist import GeneralistConfig
from pianomime_policy.generalist.learned_fingering import LearnedFingering, Scores
from pianomime_policy.planner.planner import Planner
from training.music import Roll


@dataclass(frozen=True)
class OutcomeConfig:
    """Attributes:
    curious: Share of onsets at which the choice is drawn, not the favourite.
    spread: How much worse in score a drawn choice may easily be.
    before_steps, after_steps: Frames around an onset that count as its outcome: [onset - before, onset + after).
    """

    curious: float = 0.4
    spread: float = 3.0
    before_steps: int = 4
    after_steps: int = 8


@dataclass(frozen=True, eq=False)
class OutcomeExamples:
    """Attributes:
    features: (N, D) float16 of the choices made.
    lost: (N,) float32 frames lost around the onset: sum over them of 1 - F1.
    """

    features: NDArray[np.float16]
    lost: NDArray[np.float32]

    @classmethod
    def join(cls, parts: "list[OutcomeExamples]") -> "OutcomeExamples":
        """All examples of the parts, in order."""
        return cls(np.concatenate([p.features for p in parts]), np.concatenate([p.lost for p in parts]))


class CuriousFingering(LearnedFingering):
    """Draws some of its choices, and notes all that it commits to.

    Attributes:
        noted: (step, features (D,)) of every onset played.
    """

    def __init__(
        self, choices: FingeringChoices, scores: Scores, config: OutcomeConfig, rng: np.random.Generator
    ) -> None:
        super().__init__(choices, scores)
        self._config, self._rng = config, rng
        self.noted: list[tuple[int, NDArray[np.float32]]] = []

    def _choose(self, choices: Choices, step: int, final: bool) -> int:
        if not final:
            return super()._choose(choices, step, final)
        spread = self._config.spread if self._rng.random() < self._config.curious else 0.0
        drawn = self._scores(choices.features) + spread * self._rng.gumbel(size=len(choices.features))
        chosen = int(np.argmax(drawn))
        self.noted.append((step, choices.features[chosen]))
        return chosen


def outcome_examples(
    roll: Roll, scores: Scores, rng: np.random.Generator, config: OutcomeConfig, simulator: Simulator
) -> tuple[OutcomeExamples, float]:
    """Play a piece with the planner's hands.

    Args:
        roll: (T, 88).
        scores: The fingering network.

    Returns:
        The examples, and the mean F1 of the piece.
    """
    policy = GeneralistConfig()
    players: list[CuriousFingering] = []

    def make_fingers() -> CuriousFingering:
        choices = FingeringChoices(policy.choices, policy.planner.fingering)
        players.append(CuriousFingering(choices, scores, config, rng))
        return players[-1]

    planner = Planner(simulator.config.variant, policy.planner, make_fingers)
    rollout = play_episode(simulator, planner, PianoRoll(roll, np.zeros(len(roll), bool)))
    lost = lost_frames(roll, rollout.pressed)
    before = np.concatenate([[0.0], np.cumsum(lost)])
    steps, features = zip(*players[-1].noted, strict=True)
    first = np.clip(np.array(steps) - config.before_steps, 0, len(roll))
    last = np.clip(np.array(steps) + config.after_steps, 0, len(roll))
    return OutcomeExamples(
        np.array(features).astype(np.float16), (before[last] - before[first]).astype(np.float32)
    ), float(1.0 - lost.mean())


def lost_frames(goal: NDArray[np.bool_], pressed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(T,) 1 - F1 of each frame; 0 where nothing is wanted nor pressed."""
    right = (goal & pressed).sum(axis=1)
    either = goal.sum(axis=1) + pressed.sum(axis=1)
    return np.where(either > 0, 1.0 - 2.0 * right / np.maximum(either, 1), 0.0)
