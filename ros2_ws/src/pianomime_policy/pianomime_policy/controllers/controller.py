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

"""The controller protocol: goal window and robot state in, actuator targets out."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.goal_window import GoalRows
from pianomime_core.piano_roll import no_velocity, usual_velocity
from pianomime_core.visible_notes import VisibleNotes

if TYPE_CHECKING:  # a controller that chooses no fingers need not load a planner
    from pianomime_policy.motion.song_plan import Assignments


Pedal: TypeAlias = bool | NDArray[np.bool_]


@dataclass(frozen=True)
class Observation:
    """What a controller knows at the beginning of a control step.

    Attributes:
        step: Index of the control step, 0 at the first row of the piano roll.
        goal: (H, 88) bool, row k is the goal for the end of step `step + k`.
        sustain: (H,) bool, goal of the sustain pedal in the same steps.
        joint_positions: (54,) rad and m, in the order of `Controller.joint_names`.
        joint_velocities: (54,) rad/s and m/s.
        key_angles: (88,) rad, 0 at rest, positive when depressed.
        velocity: (H, 88) uint8, MIDI velocity 1..127 of each key in the goal, 0 for all others; without rows, all get
            the same (`usual_velocity`).
        notes: The notes of the window in time; None if only rows are known.
    """

    step: int
    goal: NDArray[np.bool_]
    sustain: NDArray[np.bool_]
    joint_positions: NDArray[np.float64]
    joint_velocities: NDArray[np.float64]
    key_angles: NDArray[np.float64]
    velocity: NDArray[np.uint8] = field(default_factory=no_velocity)
    notes: VisibleNotes | None = None

    def __post_init__(self) -> None:
        if not len(self.velocity):
            object.__setattr__(self, "velocity", usual_velocity(self.goal))


@dataclass(frozen=True, eq=False)
class Action:
    """What a controller decides in one control step.

    Attributes:
        targets: (46,) actuator targets [rad, m], in the order of `Controller.target_names`, for the whole step; or
            (K, 46) for K equal parts of it, 2, 5 or 10.
        pedal: The sustain pedal is held down during this step; or (K,), in each of the K parts.
    """

    targets: NDArray[np.float64]
    pedal: Pedal = False

    def rows(self) -> NDArray[np.float64]:
        """Return the targets (K, 46), one row for each part of the step."""
        return np.atleast_2d(self.targets)

    def pedal_rows(self) -> NDArray[np.bool_]:
        """Return the pedal (K,) in the parts of the step."""
        return np.broadcast_to(np.asarray(self.pedal, np.bool_), len(self.rows()))


class Controller(Protocol):
    """Plays one song at a time: `start` once, then `act` every control step (50 ms).

    Attributes:
        horizon_steps: Rows of goal it needs; None means the whole song.
        joint_names: Names of the joints of `Observation.joint_positions`.
        target_names: Names of the actuator targets of `Action.targets`.
    """

    horizon_steps: int | None
    joint_names: tuple[str, ...]
    target_names: tuple[str, ...]

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Begin a song.

        Args:
            goal: (H, 88) first goal window, or the whole roll (T, 88) when `horizon_steps` is None.
            sustain: (H,) or (T,) goal of the sustain pedal.

        Returns:
            (54,) joint positions [rad, m] to start from.
        """
        ...

    def act(self, observation: Observation) -> Action:
        """Return the targets and the pedal of this step. A whole-song controller ignores `observation.goal`."""
        ...


@runtime_checkable
class ReadsNotes(Protocol):
    """Implemented besides `Controller` by those that play notes in time, not rows: they need `Observation.notes`."""

    def start_music(
        self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_], notes: VisibleNotes
    ) -> NDArray[np.float64]:
        """As `Controller.start`, which is not called."""
        ...


class RowsAloneError(UserError):
    """A controller that plays notes in time was given rows alone."""

    def __init__(self) -> None:
        super().__init__("a controller that plays notes in time was given rows alone: play in the setting benchmark")


def start(controller: Controller, window: GoalRows) -> NDArray[np.float64]:
    """Begin a song with its first window: return what `Controller.start` returns.

    Raises:
        RowsAloneError: The controller plays notes, but only rows are known.
    """
    if not isinstance(controller, ReadsNotes):
        return controller.start(window.goal, window.sustain)
    if window.notes is None:
        raise RowsAloneError
    return controller.start_music(window.goal, window.sustain, window.notes)


@runtime_checkable
class ReportsFingering(Protocol):
    """Implemented besides `Controller` by those that decide which finger plays which note."""

    def assignments(self) -> "Assignments":
        """Return the finger and the release step of every note seen since `start`."""
        ...


class FingertipTargets(NamedTuple):
    """Commanded contact points of both hands, right hand first, thumb to little finger.

    Attributes:
        target_m: (2, 5, 3) in the world frame.
        key: (2, 5) the key that each finger should hold down, -1 for none.
    """

    target_m: NDArray[np.float64]
    key: NDArray[np.int64]


@runtime_checkable
class ReportsFingertipTargets(Protocol):
    """Implemented besides `Controller` by those that move fingertips."""

    def fingertip_targets(self) -> FingertipTargets | None:
        """Return the fingertip targets of the last `act`; None before the first."""
        ...
