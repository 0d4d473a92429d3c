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

"""What the controllers with a growing motion plan share: how it begins and grows, from rows or from notes in time."""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from pianomime_core.visible_notes import VisibleNotes
from pianomime_policy.controllers.controller import FingertipTargets, Observation, Pedal, RowsAloneError
from pianomime_policy.hand_control.hands_controller import HandsController
from pianomime_policy.motion.motion_plan import MotionPlan
from pianomime_policy.motion.song_plan import Assignments
from pianomime_policy.motion.sustain_pedal import sustain_pedal


class PlansFromRows(ABC):
    """The part of a `Controller` that `ReportsFingering` and plans from the rows of the goal window."""

    _hands_controller: HandsController
    _motion_plan: MotionPlan

    @abstractmethod
    def _new_plan(self) -> None:
        """Forget the last song: `_motion_plan` is empty."""

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """See `Controller.start`: the hands rest above the first notes."""
        self._new_plan()
        self._motion_plan.update(goal, 0)
        return self._hands_controller.begin(self._motion_plan)

    def _read(self, observation: Observation) -> None:
        """Let the plan grow with what is visible now."""
        self._motion_plan.update(observation.goal, observation.step)

    def _pedal(self, observation: Observation) -> Pedal:
        """Return whether the sustain pedal is down in this step, or in each of its parts."""
        return sustain_pedal(observation)

    def assignments(self) -> Assignments:
        """See `ReportsFingering.assignments`."""
        return self._motion_plan.assignments()

    def fingertip_targets(self) -> FingertipTargets | None:
        """See `ReportsFingertipTargets.fingertip_targets`."""
        return self._hands_controller.fingertip_targets()


class PlansFromNotes(PlansFromRows):
    """The same for a controller that `ReadsNotes`; stands before the class whose rows it replaces."""

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Not possible: see `start_music`.

        Raises:
            RowsAloneError: Always.
        """
        raise RowsAloneError

    def start_music(
        self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_], notes: VisibleNotes
    ) -> NDArray[np.float64]:
        """See `ReadsNotes.start_music`: the hands rest above the first notes."""
        self._new_plan()
        self._motion_plan.update_notes(notes, sustain, 0)
        return self._hands_controller.begin(self._motion_plan)

    def _read(self, observation: Observation) -> None:
        if observation.notes is None:
            raise RowsAloneError
        self._motion_plan.update_notes(observation.notes, observation.sustain, observation.step)

    def _pedal(self, observation: Observation) -> Pedal:
        return self._motion_plan.pedal(observation.step)
