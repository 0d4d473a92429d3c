"""A stretch of music to come: where it will begin, what was tried on it, and what went best."""

from dataclasses import dataclass, field

import numpy as np

from pianomime_policy.hand_control.hands_controller import AS_PLANNED, Adaptation
from pianomime_policy.model_search.proposals import Trial
from pianomime_policy.model_search.rehearsal import Take


@dataclass(eq=False)
class Prospect:
    """One stretch.

    Attributes:
        step: Its first control step.
        begin: The take it continues; None while nobody knows.
        untried: To be tried first, the last one first.
        tried: What was tried from there.
        best: The best of that; None before one trial was finished.
        end: The take at the end of the stretch, played so.
    """

    step: int
    begin: Take | None = None
    untried: list[Adaptation] = field(default_factory=lambda: [AS_PLANNED])
    tried: list[Trial] = field(default_factory=list)
    best: Trial | None = None
    end: Take | None = None

    @property
    def adaptation(self) -> Adaptation:
        """How it is to be played."""
        return AS_PLANNED if self.best is None else self.best.adaptation

    @property
    def cost(self) -> float:
        """What the best trial cost, from the beginning of the stretch; infinite before there is one."""
        return np.inf if self.best is None or self.begin is None else self.best.cost - self.begin.cost

    def note(self, trial: Trial, end: Take | None) -> None:
        """Take down a trial and the end of the stretch; None if it was broken off."""
        if self.untried:
            self.untried.pop()
        self.tried.append(trial)
        if end is not None and (self.best is None or trial.cost < self.best.cost):
            self.best, self.end = trial, end

    def begin_elsewhere(self) -> "Prospect":
        """The same stretch from a place that is yet to be found, what was best so far to be tried at once."""
        first = [] if self.adaptation is AS_PLANNED else [self.adaptation]
        return Prospect(self.step, untried=[AS_PLANNED, *first])
