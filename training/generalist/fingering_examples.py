"""Examples for the fingering network: for every onset of a piece, each way to play it and what that finally costs.

The teacher is the planner's own search. From any state of the hands it tries every choice, plays the next onsets as
well as it can, and labels the choice with the total cost. So labels are free and unlimited, even for states that only
an untrained network gets into (DAgger, arXiv 1011.0686).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.controllers.generalist.choice_costs import choice_costs, next_onsets
from pianomime_policy.controllers.generalist.fingering_choices import ChoiceConfig, Choices, FingeringChoices, one_state
from pianomime_policy.fingering.fingering import FingeringConfig, playable
from training.music import Roll, notes_of

_HOPELESS_REGRET = 30.0
"""Upper limit of a regret in the mean; it stands for choices that the teacher did not follow to the end."""

Chooser = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Scores (B,) of choices with features (B, D); higher is better."""


@dataclass(frozen=True)
class ExampleConfig:
    """Attributes:
    states, fewest, most, hopeless: Parameters of the teacher's search, see `choice_costs`.
    onsets, ahead_steps: Onsets that the search continues after a choice, and steps that it looks ahead, at most.
    temperature: Difference in cost that makes a choice e times less probable.
    wander: The same for the choices with which the teacher continues, so that it also shows states off its own path.
    commit_steps: Notes are decided this many steps before they begin, with a goal window of `horizon_steps`.
    horizon_steps: Rows of the goal window.
    short_sighted: Fraction of examples with a shorter window, drawn uniformly.
    """

    states: int = 48
    fewest: int = 2
    most: int = 24
    hopeless: float = 12.0
    onsets: int = 8
    ahead_steps: int = 40
    temperature: float = 0.1
    wander: float = 1.0
    commit_steps: int = 6
    horizon_steps: int = 40
    short_sighted: float = 0.5


@dataclass(frozen=True, eq=False)
class Examples:
    """The choices of many onsets, concatenated.

    Attributes:
        features: (R, D) float16 of R choices in total.
        label: (R,) float32 probability of each, summing to 1 for each onset.
        first: (N + 1,) rows of onset i are first[i] : first[i + 1].
    """

    features: NDArray[np.float16]
    label: NDArray[np.float32]
    first: NDArray[np.int64]

    @classmethod
    def join(cls, parts: "list[Examples]") -> "Examples":
        """All examples of the parts, in order."""
        sizes = np.concatenate([np.diff(part.first) for part in parts])
        return cls(
            np.concatenate([part.features for part in parts]),
            np.concatenate([part.label for part in parts]),
            np.concatenate([[0], np.cumsum(sizes)]),
        )


def fingering_examples(
    roll: Roll,
    rng: np.random.Generator,
    config: ExampleConfig,
    learner: Chooser | None = None,
    choice_config: ChoiceConfig | None = None,
) -> tuple[Examples, NDArray[np.float32]]:
    """Play through a piece and label every onset.

    Args:
        roll: (T, 88).
        learner: Decides how to continue; if None the teacher does, with some randomness.

    Returns:
        The examples, and the regret (N,) of the choices that were played.
    """
    choices_of = FingeringChoices(choice_config or ChoiceConfig(), FingeringConfig())
    onset, end, key = (np.ascontiguousarray(column) for column in notes_of(roll).T)
    steps = np.unique(onset)
    slices = [playable(np.flatnonzero(onset == step)) for step in steps]
    hands = choices_of.start
    parts: list[tuple[Choices, NDArray[np.float32]]] = []
    played = np.zeros(len(steps), np.float32)
    for i, step in enumerate(steps):
        ahead = config.horizon_steps - config.commit_steps
        if rng.random() < config.short_sighted:
            ahead = int(rng.integers(1, config.horizon_steps + 1))
        choices = choices_of.at(hands, step, slices[i], onset, key, end, step + ahead)
        coming = next_onsets(onset, int(slices[i][-1]) + 1, step + config.ahead_steps + 1, config.onsets)
        cost = choice_costs(
            choices_of.costs, choices.after, *coming, key, end,
            config.states, config.fewest, config.most, config.hopeless,
        )[:, -1]  # fmt: skip
        regret = (cost - cost.min()).astype(np.float32)
        label = np.exp(-regret / config.temperature)
        parts.append((choices, (label / label.sum()).astype(np.float32)))
        if learner is None:
            odds = np.exp(-regret / config.wander)
            chosen = int(rng.choice(len(odds), p=odds / odds.sum()))
        else:
            chosen = int(learner(choices.features).argmax())
        played[i] = regret[chosen]
        hands = one_state(choices.after, chosen)
    rows = [len(choices.features) for choices, _ in parts]
    empty = np.zeros((0, choices_of.config.features), np.float16)
    return Examples(
        np.concatenate([empty, *(choices.features.astype(np.float16) for choices, _ in parts)]),
        np.concatenate([np.zeros(0, np.float32), *(label for _, label in parts)]),
        np.concatenate([[0], np.cumsum(rows, dtype=np.int64)]),
    ), np.minimum(played, _HOPELESS_REGRET)
