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

"""An episode as it happens, step by step, and as a rollout."""

import numpy as np
from numpy.typing import NDArray

from pianomime_core.metrics import ScoreCard, score
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.rollout import Rollout
from pianomime_physics.simulator import Simulator
from pianomime_sim.rollout_metadata import rollout_metadata


class EpisodeRecord:
    """What was commanded and pressed in the steps so far.

    Args:
        simulator: Its names and config are kept.
        roll: The song.
        start: (n,) joint positions [rad, m] from which the hands began.

    Attributes:
        roll, start: As given.
    """

    def __init__(self, simulator: Simulator, roll: PianoRoll, start: NDArray[np.float64]) -> None:
        self._simulator, self.roll, self.start = simulator, roll, start
        self._rows: list[tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]] = []

    @property
    def steps(self) -> int:
        """Number of steps so far."""
        return len(self._rows)

    def add(self, targets: NDArray[np.float32], pedal: NDArray[np.bool_], pressed: NDArray[np.bool_]) -> None:
        """Append a step: targets (K, m) [rad, m] of its K equal parts, pedal (K,) in them, keys pressed (K, 88) at
        their ends."""
        self._rows.append((targets, pedal, pressed))

    def rollout(self, controller_name: str, card: ScoreCard | None = None) -> Rollout:
        """Return the steps so far, scored.

        Args:
            controller_name: For the metadata.
            card: The score, if it is not that of all steps.

        Raises:
            ValueError: There are none.
        """
        if not self._rows:
            raise ValueError("no step has been played")
        targets, pedal, pressed = zip(*self._rows, strict=True)
        goal, sustain, down = self.roll.goal[: self.steps], self.roll.sustain[: self.steps], np.array(pedal)
        if card is None:
            card = score(goal, np.array([parts[-1] for parts in pressed]), sustain, down[:, -1])
        return Rollout.of_steps(
            goal=goal,
            goal_pedal=sustain,
            pedal=down,
            targets=targets,
            pressed=pressed,
            target_names=self._simulator.target_names,
            joint_names=self._simulator.joint_names,
            initial_joint_positions=self.start,
            metadata=rollout_metadata(self._simulator.config, controller_name, card),
        )
