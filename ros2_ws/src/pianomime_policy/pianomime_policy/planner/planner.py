"""The planner: plays any score without learning. Fingering -> hand path -> fingertip targets -> joints -> actuators.

At every control step it refreshes the plan with what the goal window newly shows and plans the next few rows of
fingertip targets and joint references from the measured state. A whole-song planner knows all notes before the first
step; a streaming one learns each row when it enters the window. Nothing else differs.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pianomime_core.hands import SIDES, forearm_dofs, joint_names, target_names
from pianomime_policy.controller import Observation
from pianomime_policy.planner.fingering import FingeringConfig
from pianomime_policy.planner.fingertip_targets import FingertipConfig, FingertipMotion
from pianomime_policy.planner.hand_path import HandPathConfig
from pianomime_policy.planner.hand_planner import HandPlanner, PostureConfig
from pianomime_policy.planner.inverse_kinematics import InverseKinematicsConfig
from pianomime_policy.planner.press_watch import PressWatch, PressWatchConfig
from pianomime_policy.planner.release import ReleaseConfig
from pianomime_policy.planner.song_plan import Assignments, SongPlan
from pianomime_policy.planner.tracking import TrackingConfig


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
    press_watch: PressWatchConfig = field(default_factory=PressWatchConfig)
    posture: PostureConfig = field(default_factory=PostureConfig)
    kinematics: InverseKinematicsConfig = field(default_factory=InverseKinematicsConfig)
    tracking: TrackingConfig = field(default_factory=TrackingConfig)


class Planner:
    """A `Controller` without learning; see the module's docstring."""

    def __init__(self, variant: str = "pianomime", config: PlannerConfig | None = None) -> None:
        self.config = c = config or PlannerConfig()
        self.horizon_steps = c.horizon_steps
        forearm = forearm_dofs(variant)
        self.joint_names = joint_names(forearm)
        self.target_names = target_names(forearm)
        self._motion = FingertipMotion(c.fingertips)
        self._hands = [HandPlanner(side, variant, c.fingertips, c.posture, c.kinematics, c.tracking) for side in SIDES]
        self._joints = [np.array([self.joint_names.index(n) for n in h.joint_names]) for h in self._hands]
        self._targets = [np.array([self.target_names.index(n) for n in h.target_names]) for h in self._hands]

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """See `Controller.start`: hands at rest above the first notes."""
        c = self.config
        commit_steps = None if self.horizon_steps is None else c.commit_steps
        self._plan = SongPlan(c.fingering, c.release, c.hand_path, commit_steps)
        self._plan.see(goal, 0)
        self._watches = [PressWatch(c.press_watch) for _ in self._hands]
        centre, reach = self._plan.path(0, 1)
        q = np.zeros(len(self.joint_names))
        for h, hand in enumerate(self._hands):
            hover = self._motion.waiting(self._motion.rows(h, 0, 1, self._plan))
            q[self._joints[h]] = hand.begin(hover, centre[0, h], reach[0, h])
        return q

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """See `Controller.act`."""
        step, rows = observation.step, self.config.tracking.preview_steps
        if self.horizon_steps is not None:
            self._plan.see(observation.goal, step)
        centre, reach = self._plan.path(step, rows)
        targets = np.zeros(len(self.target_names))
        for h, hand in enumerate(self._hands):
            q = observation.joint_positions[self._joints[h]]
            v = observation.joint_velocities[self._joints[h]]
            tips = self._motion.rows(h, step, rows, self._plan)
            stuck = self._watches[h].stuck(tips.key[0], observation.key_angles)
            tips = self._motion.recovered(tips, hand.fingertips(q), stuck)
            targets[self._targets[h]] = hand.act(q, v, tips, centre[:, h], reach[:, h])
        return targets

    def assignments(self) -> Assignments:
        """See `TellsFingers.assignments`."""
        return self._plan.assignments(0, self._plan.rows)
