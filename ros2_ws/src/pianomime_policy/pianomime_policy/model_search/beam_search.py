"""Beam search over takes: every stretch of music is tried many times from the best ends of the one before.

A stretch that goes well at once costs one simulation; what it saves is spent where it goes badly. Takes are compared
only at the same step, so a good end is never given up for a good beginning.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.hand_control.hands_controller import AS_PLANNED, Adaptation
from pianomime_policy.model_search.proposals import ProposalConfig, Trial, next_proposal
from pianomime_policy.model_search.rehearsal import Rehearsal, Take
from pianomime_policy.motion.plan_index import MotionPlan


@dataclass(frozen=True)
class BeamConfig:
    """Numbers of the search.

    Attributes:
        width: Takes that go on after each stretch.
        stretch_steps: Control steps of a stretch.
        good_cost: Of a control step, from which on nothing more is tried.
    """

    width: int = 4
    stretch_steps: int = 8
    good_cost: float = 0.02
    proposals: ProposalConfig = field(default_factory=ProposalConfig)


class BeamSearch:
    """The search for one stretch after another."""

    def __init__(
        self, rehearsal: Rehearsal, motion_plans: list[MotionPlan], config: BeamConfig, random: np.random.Generator
    ) -> None:
        self._rehearsal, self._motion_plans, self._config, self._random = rehearsal, motion_plans, config, random

    def stretch(self, takes: list[Take], step: int, goal: NDArray[np.bool_], allowance: int) -> list[Take]:
        """Return the best takes, best first, that continue one of `takes` from `step` through `goal` (n, 88).

        Args:
            allowance: Control steps that may be simulated; what was begun is finished.
        """
        found = _Found(self._config.width)
        last = self._rehearsal.simulated_steps + allowance
        trials = [[self._try(found, take, step, goal, take.plan_index, AS_PLANNED)] for take in takes]
        good = min(take.cost for take in takes) + self._config.good_cost * len(goal)
        for plan_index in range(len(self._motion_plans)):
            for take, tried in zip(takes, trials, strict=True):
                if found.best_cost <= good or self._rehearsal.simulated_steps >= last:
                    return found.takes
                if plan_index != take.plan_index:
                    tried.append(self._try(found, take, step, goal, plan_index, AS_PLANNED))
        while True:
            for take, tried in zip(takes, trials, strict=True):
                if found.best_cost <= good or self._rehearsal.simulated_steps >= last:
                    return found.takes
                plan_index, adaptation = next_proposal(self._config.proposals, tried, self._random)
                tried.append(self._try(found, take, step, goal, plan_index, adaptation))

    def _try(
        self, found: "_Found", take: Take, step: int, goal: NDArray[np.bool_], plan_index: int, adaptation: Adaptation
    ) -> Trial:
        end = self._rehearsal.play(take, step, goal, self._motion_plans, plan_index, adaptation, found.limit)
        # A trial that was broken off is worth less than any that was not, yet its errors may be worth correcting.
        cost = found.limit + 1.0 if end is None else end.cost
        if end is not None:
            found.add(end)
        return Trial(cost, plan_index, adaptation, self._rehearsal.hands_controller.press_error_m.copy())


class _Found:
    # The best takes so far; of two with equal cost, which are the same in all that matters, the first.
    def __init__(self, width: int) -> None:
        self.takes: list[Take] = []
        self._width = width

    @property
    def best_cost(self) -> float:
        return self.takes[0].cost

    @property
    def limit(self) -> float:
        return self.takes[-1].cost if len(self.takes) == self._width else float("inf")

    def add(self, take: Take) -> None:
        if any(np.isclose(take.cost, other.cost, rtol=0.0, atol=1e-6) for other in self.takes):
            return
        self.takes = sorted([*self.takes, take], key=lambda t: t.cost)[: self._width]
