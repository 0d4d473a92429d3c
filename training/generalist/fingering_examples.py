"""Examples for the fingering network: at every onset of a piece, each way to play it and what that costs in the end.

The teacher is the planner's own search, asked from any state of the hands: it tries every choice, plays the next onsets
as well as it can, and tells the price of the whole. So labels are free and without limit, also for states that only a
beginner gets into (DAgger, arXiv 1011.0686).
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
"""The regret that a choice counts with, in the mean, if the teacher followed it no further."""

Chooser = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Scores (B,) of choices with features (B, D); higher is better."""


@dataclass(frozen=True)
class ExampleConfig:
    """Attributes:
    states, fewest, most, hopeless: Of the teacher's search, see `choice_costs`.
    onsets, ahead_steps: Onsets it plays on after a choice, and steps it looks ahead, at most.
    temperature: Price difference that makes a choice e times less wanted.
    wander: The same, of the choices by which the teacher itself goes on: it also shows states off its own path.
    commit_steps: Notes are decided this many steps before they begin, with a goal window of `horizon_steps`.
    horizon_steps: Rows of the goal window.
    short_sighted: Share of examples with a shorter window, drawn evenly.
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
    """Choices of many onsets, one after another.

    Attributes:
        features: (R, D) float16, R choices in all.
        wanted: (R,) float32 probability of each, summing to 1 for each onset.
        first: (N + 1,) rows of onset i are first[i] : first[i + 1].
    """

    features: NDArray[np.float16]
    wanted: NDArray[np.float32]
    first: NDArray[np.int64]

    @classmethod
    def join(cls, parts: "list[Examples]") -> "Examples":
        """All examples of the parts, in order."""
        sizes = np.concatenate([np.diff(part.first) for part in parts])
        return cls(
            np.concatenate([part.features for part in parts]),
            np.concatenate([part.wanted for part in parts]),
            np.concatenate([[0], np.cumsum(sizes)]),
        )


def fingering_examples(
    roll: Roll,
    rng: np.random.Generator,
    config: ExampleConfig,
    student: Chooser | None = None,
    choice_config: ChoiceConfig | None = None,
) -> tuple[Examples, NDArray[np.float32]]:
    """Go through a piece; ask the teacher at every onset.

    Args:
        roll: (T, 88).
        student: Decides how to go on; None lets the teacher, with some wandering.

    Returns:
        The examples, and the regret (N,) of what was played.
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
        wanted = np.exp(-regret / config.temperature)
        parts.append((choices, (wanted / wanted.sum()).astype(np.float32)))
        if student is None:
            odds = np.exp(-regret / config.wander)
            chosen = int(rng.choice(len(odds), p=odds / odds.sum()))
        else:
            chosen = int(student(choices.features).argmax())
        played[i] = regret[chosen]
        hands = one_state(choices.after, chosen)
    rows = [len(choices.features) for choices, _ in parts]
    empty = np.zeros((0, choices_of.config.features), np.float16)
    return Examples(
        np.concatenate([empty, *(choices.features.astype(np.float16) for choices, _ in parts)]),
        np.concatenate([np.zeros(0, np.float32), *(wanted for _, wanted in parts)]),
        np.concatenate([[0], np.cumsum(rows, dtype=np.int64)]),
    ), np.minimum(played, _HOPELESS_REGRET)
