"""The planner: plays any score without learning. Fingering -> hand path -> fingertip targets -> joints -> actuators.

At every control step it refreshes the plan with what the goal window newly shows and plans the next few rows of
fingertip targets and joint references from the measured state. A whole-song planner knows all notes before the first
step; a streaming one learns each row when it enters the window. Nothing else differs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import FingertipAims, Observation
from pianomime_policy.fingering.fingering import Fingering, FingeringConfig
from pianomime_policy.fingering.release import ReleaseConfig
from pianomime_policy.hand_control.hand_planner import HandPlanner
from pianomime_policy.hand_control.performer import MakeHand, Performer, PerformerConfig
from pianomime_policy.motion.fingertip_targets import FingertipConfig
from pianomime_policy.motion.foot import Foot
from pianomime_policy.motion.hand_path import HandPathConfig
from pianomime_policy.motion.reading import Reading
from pianomime_policy.motion.song_plan import Assignments, SongPlan


@dataclass(frozen=True)
class PlannerConfig:
    """All numbers of the planner.

    Attributes:
        horizon_steps: Goal rows it sees; None = the whole song.
        commit_steps: A streaming planner keeps the finger of notes that begin within this many steps.
    """

    horizon_steps: int | None = None
    commit_steps: int = 6
    fingering: FingeringConfig = field(default_factory=FingeringConfig)
    release: ReleaseConfig = field(default_factory=ReleaseConfig)
    hand_path: HandPathConfig = field(default_factory=HandPathConfig)
    fingertips: FingertipConfig = field(default_factory=FingertipConfig)
    performer: PerformerConfig = field(default_factory=PerformerConfig)

    def new_reading(self, fingers: Fingering | None = None) -> Reading:
        """A reading of a song that has not begun; `fingers` as in `SongPlan`."""
        commit_steps = None if self.horizon_steps is None else self.commit_steps
        plan = SongPlan(self.fingering, self.release, self.hand_path, commit_steps, fingers)
        return Reading(plan, self.fingertips)


class Planner:
    """A `Controller` without learning; see the module's docstring."""

    def __init__(
        self,
        variant: str = "pianomime",
        config: PlannerConfig | None = None,
        make_fingers: Callable[[], Fingering] | None = None,
        make_hand: MakeHand = HandPlanner,
    ) -> None:
        """
        Args:
            make_fingers: Makes who decides on the fingers of a song; None: the search.
            make_hand: Makes who moves a hand.
        """
        self.config = c = config or PlannerConfig()
        self.horizon_steps, self._make_fingers = c.horizon_steps, make_fingers
        self._performer = Performer(variant, c.fingertips, c.performer, make_hand)
        self._foot = Foot()
        self.joint_names, self.target_names = self._performer.joint_names, self._performer.target_names

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """See `Controller.start`: hands at rest above the first notes."""
        self._reading = self.config.new_reading(self._make_fingers() if self._make_fingers else None)
        self._reading.see(goal, 0)
        self._foot.lift()
        return self._performer.begin(self._reading)

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """See `Controller.act`."""
        o = observation
        self._foot.act(o)
        if self.horizon_steps is not None:
            self._reading.see(o.goal, o.step)
        return self._performer.act(self._reading, o.step, o.joint_positions, o.joint_velocities, o.key_angles)

    def pedal(self) -> bool:
        """See `Pedals.pedal`."""
        return self._foot.pedal()

    def assignments(self) -> Assignments:
        """See `TellsFingers.assignments`."""
        return self._reading.assignments()

    def aims(self) -> FingertipAims | None:
        """See `TellsAims.aims`."""
        return self._performer.aims()


def build(scene: SceneConfig, horizon_steps: int | None) -> Planner:
    """The planner that sees so many rows of goal; None for the whole song."""
    return Planner(scene.variant, replace(PlannerConfig(), horizon_steps=horizon_steps))
