# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""A coming segment of music: where it will begin, what has been tried for it, and the best attempt."""

from dataclasses import dataclass, field

import numpy as np

from pianomime_policy.hand_control.hands_controller import AS_PLANNED, Adaptation
from pianomime_policy.model_search.model_rollout import Candidate
from pianomime_policy.model_search.proposals import Trial


@dataclass(eq=False)
class PlannedSegment:
    """One segment.

    Attributes:
        step: Its first control step.
        begin: The candidate it continues; None while that is unknown.
        untried: Adaptations to try before any proposal, last one first.
        tried: What has been tried from `begin`.
        best: The best of those; None before a trial has finished.
        end: The candidate at the end of the segment, played that way.
    """

    step: int
    begin: Candidate | None = None
    untried: list[Adaptation] = field(default_factory=lambda: [AS_PLANNED])
    tried: list[Trial] = field(default_factory=list)
    best: Trial | None = None
    end: Candidate | None = None

    @property
    def adaptation(self) -> Adaptation:
        """How to play it."""
        return AS_PLANNED if self.best is None else self.best.adaptation

    @property
    def cost(self) -> float:
        """Cost of the best trial, from the beginning of the segment; infinite before there is one."""
        return np.inf if self.best is None or self.begin is None else self.best.cost - self.begin.cost

    def record(self, trial: Trial, end: Candidate | None) -> None:
        """Record a trial and the end of the segment; None if it was broken off."""
        if self.untried:
            self.untried.pop()
        self.tried.append(trial)
        if end is not None and (self.best is None or trial.cost < self.best.cost):
            self.best, self.end = trial, end

    def begin_elsewhere(self) -> "PlannedSegment":
        """The same segment from a beginning that is still unknown; the best attempt so far is tried first."""
        first = [] if self.adaptation is AS_PLANNED else [self.adaptation]
        return PlannedSegment(self.step, untried=[AS_PLANNED, *first])
