"""The planner: plays any score without learning. Fingering -> hand path -> fingertip targets -> joints -> actuators.

At every control step it looks at the notes it knows, refreshes fingering and hand path for what is still open, and plans the
next few rows of fingertip targets and joint references from the measured state. A whole-song planner knows all notes before
the first step; a streaming one learns each row when it enters the goal window.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pianomime_core.hands import SIDES, forearm_dofs, joint_names, target_names

from pianomime_policy.controller import Observation
from pianomime_policy.planner.fingering import FingeringConfig, FingeringSearch, finger_offsets_m, offset_limits_m
from pianomime_policy.planner.fingertip_targets import FingertipConfig, fingertip_targets, press_table, recover
from pianomime_policy.planner.goal_notes import SOUNDING, GoalNotes
from pianomime_policy.planner.hand_path import HandPathConfig, place_demands, reach_demands, smooth_path
from pianomime_policy.planner.hand_planner import FeedbackConfig, HandPlanner, PostureConfig
from pianomime_policy.planner.inverse_kinematics import InverseKinematicsConfig
from pianomime_policy.planner.release import ReleaseConfig, release_steps
from pianomime_policy.planner.tracking import TrackingConfig


@dataclass(frozen=True)
class PlannerConfig:
    """All numbers of the planner.

    Attributes:
        horizon_steps: Goal rows it sees; None = the whole song.
        commit_steps: Notes that begin within this many steps keep their finger.
    """

    horizon_steps: int | None = None
    commit_steps: int = 6
    fingering: FingeringConfig = field(default_factory=FingeringConfig)
    release: ReleaseConfig = field(default_factory=ReleaseConfig)
    hand_path: HandPathConfig = field(default_factory=HandPathConfig)
    fingertips: FingertipConfig = field(default_factory=FingertipConfig)
    posture: PostureConfig = field(default_factory=PostureConfig)
    kinematics: InverseKinematicsConfig = field(default_factory=InverseKinematicsConfig)
    tracking: TrackingConfig = field(default_factory=TrackingConfig)
    feedback: FeedbackConfig = field(default_factory=FeedbackConfig)


class Planner:
    """A `Controller` without learning; see the module's docstring."""

    def __init__(self, variant: str = "pianomime", config: PlannerConfig | None = None) -> None:
        self.config = config or PlannerConfig()
        c = self.config
        self.horizon_steps = c.horizon_steps
        forearm = forearm_dofs(variant)
        self.joint_names = joint_names(forearm)
        self.target_names = target_names(forearm)
        self._press = press_table(c.fingertips)
        self._hands = [
            HandPlanner(side, variant, self._press, c.fingertips, c.posture, c.kinematics, c.tracking, c.feedback)
            for side in SIDES
        ]
        self._joints = [np.array([self.joint_names.index(n) for n in h.joint_names]) for h in self._hands]
        self._targets = [np.array([self.target_names.index(n) for n in h.target_names]) for h in self._hands]
        self._offset = finger_offsets_m()
        self._low, self._high = offset_limits_m()
        t = c.fingertips
        self._weights = np.array([t.press_weight, t.ready_weight, t.travel_weight, t.release_weight, t.idle_weight])

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """See `Controller.start`: hands at rest above the first notes."""
        self._notes = GoalNotes()
        self._search = FingeringSearch(self.config.fingering)
        self._finger = np.zeros(0, np.int64)
        self._centre = np.zeros((0, 2))
        self._reach = np.zeros((0, 2))
        self._see(goal, 0)
        self._plan_path(0)
        q = np.zeros(len(self.joint_names))
        rows = self.config.tracking.preview_steps
        target, weight, _ = self._fingertips(0, rows)
        for h, hand in enumerate(self._hands):
            rest = hand.rest_at(self._centre[0, h], self._reach[0, h])
            z = rest.copy()
            # As one step before the first row: due pads hover over their keys.
            first = target[h][0].copy()
            first[:, 2] = np.maximum(first[:, 2], self._press.white_top_z_m + self.config.fingertips.hover_m)
            hand.solve(z, first, weight[h][0], rest, rest, np.zeros(len(hand.joint_names)), iterations=30)
            hand.begin(z)
            q[self._joints[h]] = hand.chain.coupling @ z
        return q

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """See `Controller.act`."""
        step = observation.step
        if self.horizon_steps is not None and self._see(observation.goal, step):
            self._plan_path(step)
        rows = self.config.tracking.preview_steps
        target, weight, force = self._fingertips(step, rows)
        u = np.zeros(len(self.target_names))
        for h, hand in enumerate(self._hands):
            joints = self._joints[h]
            tip = hand.fingertips(observation.joint_positions[joints])
            t = self.config.fingertips
            recover(
                rows, tip, target[h], weight[h], force[h], self._top_of_due(h, step), t.astray_m, t.recovery_m_per_step,
                t.hover_m, t.ready_m, self._weights[1],
            )  # fmt: skip
            u[self._targets[h]] = hand.act(
                observation.joint_positions[joints], observation.joint_velocities[joints],
                target[h], weight[h], force[h],
                self._rows(self._centre[:, h], step, rows), self._rows(self._reach[:, h], step, rows),
            )  # fmt: skip
        return u

    def _see(self, goal: NDArray[np.bool_], step: int) -> bool:
        """Read the rows of the window that are new."""
        grown = False
        for row in goal[max(self._notes.rows - step, 0) :]:
            new = self._notes.append(row)
            if len(new):
                self._search.push(self._notes.rows - 1, new, self._notes.key, self._notes.end)
            grown = True
        if self.horizon_steps is not None:
            self._search.commit(step + self.config.commit_steps)
        fingers = self._search.best(since=step - 64)
        self._finger = np.concatenate([self._finger, np.full(self._notes.count - len(self._finger), -1)])
        for note, finger in fingers.items():
            self._finger[note] = finger
        return grown

    def _near(self, first: int, last: int) -> NDArray[np.int64]:
        """Numbers of the notes that matter to steps [first, last)."""
        n = self._notes
        return np.flatnonzero((n.end >= first) & (n.onset < last))

    def _release(self, near: NDArray[np.int64]) -> NDArray[np.int64]:
        """(len(near),) steps at which these notes are let go."""
        n, c = self._notes, self.config.release
        return np.asarray(
            release_steps(
                n.onset[near], n.end[near], n.key[near], self._finger[near], self._press.y_m, self._offset, self._low,
                self._high, c.finger_steps, c.hand_m_per_step, c.comfort_m, c.kept_share, c.look_ahead_steps,
            )
        )  # fmt: skip

    def _plan_path(self, step: int) -> None:
        """Plan centre and reach of both hands from `step` to the end of what is visible."""
        c = self.config.hand_path
        last = self._notes.rows
        near = self._near(step - 2, last + 2)
        n = self._notes
        onset, key, finger = n.onset[near], n.key[near], self._finger[near]
        end = self._release(near)
        centre, reach = np.zeros((last - step, 2)), np.zeros((last - step, 2))
        share = np.array(c.reach_share)
        black = np.asarray(self._black)
        for h in range(2):
            weight, place = place_demands(
                h, step, last, onset, end, key, finger, self._press.y_m, self._offset, self._low, self._high,
                c.early_steps, c.early_weight,
            )  # fmt: skip
            before = (self._centre[step - 2, h], self._centre[step - 1, h]) if step >= 2 else None
            home = self._centre[step - 1, h] if step else self.config.fingering.start_centre_m[h]
            centre[:, h] = smooth_path(
                weight, place, home, c.home_weight, c.acceleration_weight, c.velocity_weight, before
            )
            weight, place = reach_demands(
                h, step, last, onset, end, key, finger, black, share, c.reach_thumb_weight, c.early_steps
            )
            before = (self._reach[step - 2, h], self._reach[step - 1, h]) if step >= 2 else None
            if before is not None:
                before = (before[0] / c.reach_black_m, before[1] / c.reach_black_m)
            reach[:, h] = c.reach_black_m * smooth_path(
                weight, place, c.reach_home, c.reach_home_weight, c.reach_acceleration_weight,
                c.reach_velocity_weight, before,
            )  # fmt: skip
        self._centre = np.concatenate([self._centre[:step], centre])
        self._reach = np.concatenate([self._reach[:step], reach])

    def _top_of_due(self, hand: int, step: int) -> NDArray[np.float64]:
        """(5,) height of the key each finger of a hand should hold at `step`; 0 where none."""
        n = self._notes
        top = np.zeros(5)
        for i in np.flatnonzero((n.onset <= step) & (n.end > step)):
            if self._finger[i] // 5 == hand and self._finger[i] >= 0:
                top[self._finger[i] % 5] = self._press.top_z_m[n.key[i]]
        return top

    @property
    def _black(self) -> NDArray[np.bool_]:
        from pianomime_core.keyboard import KEYBOARD

        return KEYBOARD.is_black

    @staticmethod
    def _rows(path: NDArray[np.float64], step: int, rows: int) -> NDArray[np.float64]:
        """Rows [step, step + rows) of a path, its last value repeated past the end."""
        return path[np.minimum(np.arange(step, step + rows), len(path) - 1)]

    def _fingertips(
        self, step: int, rows: int
    ) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]], list[NDArray[np.float64]]]:
        t = self.config.fingertips
        near = self._near(step - t.lead_steps - 2, step + rows + t.lead_steps + self.config.release.look_ahead_steps)
        n = self._notes
        onset, key, finger = n.onset[near], n.key[near], self._finger[near]
        end = self._release(near)
        targets, weights, forces = [], [], []
        first = step - t.lead_steps
        for h in range(2):
            target, weight, force = np.zeros((rows, 5, 3)), np.zeros((rows, 5, 3)), np.zeros((rows, 5))
            centre = self._rows(self._centre[:, h], first, rows + t.lead_steps + 1) if first >= 0 else self._centre[:, h]
            if first < 0:
                centre = self._rows(self._centre[:, h], 0, rows + step + 1)
            fingertip_targets(
                h, step, rows, onset, end, key, finger, centre, max(first, 0), self._offset, self._press,
                t.lead_steps, t.hover_m, t.ready_m, t.travel_clearance_m, t.idle_height_m, self._weights,
                target, weight, force,
            )  # fmt: skip
            targets.append(target)
            weights.append(weight)
            forces.append(force)
        return targets, weights, forces
