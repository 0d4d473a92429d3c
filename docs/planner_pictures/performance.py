"""A song played by the planner, with all that a picture may show: the plan, the fingertip targets, and the motion."""

from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pianomime.episodes.episode import play_episode
from pianomime.files.songs import find_song, read_song
from pianomime_core.hands import SIDES
from pianomime_core.keyboard import NUM_KEYS
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.timing import FRAMES_PER_SECOND, PHYSICS_STEPS_PER_CONTROL_STEP, PHYSICS_TIMESTEP_S
from pianomime_description import SceneConfig
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_policy.controllers.planner.planner import Planner, PlannerConfig
from pianomime_policy.hand_control.hand_planner import HandPlanner
from pianomime_policy.motion.fingertip_targets import FingertipRows
from pianomime_policy.motion.motion_plan import MotionPlan
from pianomime_policy.motion.song_plan import Assignments
from pianomime_policy.motion.stuck_keys import StuckKeyDetector


class FineSimulator(Simulator):
    """Steps as `Simulator` does, and keeps the state after every physics step of 5 ms.

    Attributes:
        fine_joints, fine_keys: One (n,) and (88,) for each physics step since the reset [rad, m].
    """

    def reset(self, joint_positions: ArrayLike | None = None) -> SimulatorState:
        """See `Simulator.reset`."""
        self.fine_joints: list[NDArray[np.float64]] = []
        self.fine_keys: list[NDArray[np.float64]] = []
        return super().reset(joint_positions)

    def _advance(self, targets: NDArray[np.float64], physics_steps: int) -> None:
        self.data.ctrl[self._target_ctrl] = targets
        for _ in range(physics_steps):
            mujoco.mj_step(self.model, self.data)
            self.fine_joints.append(self.data.qpos[self._joint_qpos])
            self.fine_keys.append(self.data.qpos[self._key_qpos])


@dataclass(frozen=True)
class Performance:
    """T steps of 50 ms, P physics steps of 5 ms; hands right, left; fingers thumb..little; world frame [m].

    Attributes:
        goal, pressed: (T, 88).
        notes: All notes with their fingers.
        centre_m: (T, 2) planned hand paths.
        rows: Fingertip targets of each hand, arrays of (T, 5, ..).
        fine_time_s: (P,) end of each physics step.
        fine_centre_m: (P, 2) centres of the hands, by their forearms, as in `centre_m`.
        fine_tips_m: (P, 2, 5, 3) contact points.
        fine_keys_rad: (P, 88).
    """

    song: str
    goal: NDArray[np.bool_]
    pressed: NDArray[np.bool_]
    notes: Assignments
    centre_m: NDArray[np.float64]
    rows: tuple[FingertipRows, FingertipRows]
    fine_time_s: NDArray[np.float64]
    fine_centre_m: NDArray[np.float64]
    fine_tips_m: NDArray[np.float64]
    fine_keys_rad: NDArray[np.float64]


def perform(song: str, seconds: float) -> Performance:
    """Let the whole-song planner play the first seconds of a song.

    Raises:
        UserError: As `pianomime.files.songs.find_song` and `read_song`.
    """
    steps = int(seconds * FRAMES_PER_SECOND)
    roll = read_song(find_song(song))
    roll = PianoRoll(goal=roll.goal[:steps], sustain=roll.sustain[:steps])
    simulator, planner = FineSimulator(SceneConfig()), Planner()
    rollout = play_episode(simulator, planner, roll)
    fine_joints, fine_keys = np.array(simulator.fine_joints), np.array(simulator.fine_keys)
    # What the planner saw at the beginning of each step: the start, then every tenth physics step but the last.
    last_of_step = slice(PHYSICS_STEPS_PER_CONTROL_STEP - 1, -1, PHYSICS_STEPS_PER_CONTROL_STEP)
    seen_joints = np.concatenate([[rollout.initial_joint_positions], fine_joints[last_of_step]])
    seen_keys = np.concatenate([np.zeros((1, NUM_KEYS)), fine_keys[last_of_step]])
    # The planner does not show its motion plan; the same notes give the same plan again.
    c = planner.config
    motion_plan = c.new_motion_plan()
    motion_plan.update(roll.goal, 0)
    tips, centre = np.zeros((len(fine_joints), 2, 5, 3)), np.zeros((len(fine_joints), 2))
    rows = []
    for h, side in enumerate(SIDES):
        hand = make_hand(side, c)
        joints = [simulator.joint_names.index(name) for name in hand.joint_names]
        tips[:, h] = [hand.fingertips(q) for q in fine_joints[:, joints]]
        slide = f"{side}_forearm_tx"
        slid = fine_joints[:, simulator.joint_names.index(slide)]
        centre[:, h] = slid - hand.rest[hand.target_names.index(slide)]
        rows.append(_asked_for(h, motion_plan, c, [hand.fingertips(q) for q in seen_joints[:, joints]], seen_keys))
    return Performance(
        song=song,
        goal=roll.goal,
        pressed=rollout.pressed,
        notes=planner.assignments(),
        centre_m=motion_plan.path(0, len(roll.goal))[0],
        rows=(rows[0], rows[1]),
        fine_time_s=(np.arange(len(fine_joints)) + 1) * np.float64(PHYSICS_TIMESTEP_S),
        fine_centre_m=centre,
        fine_tips_m=tips,
        fine_keys_rad=fine_keys,
    )


def make_hand(side: str, config: PlannerConfig) -> HandPlanner:
    """Return the controller of hand "rh" or "lh" that the planner uses."""
    c = config.performer
    return HandPlanner(side, SceneConfig().variant, config.fingertips, c.posture, c.kinematics, c.tracking)


def _asked_for(
    hand: int,
    motion_plan: MotionPlan,
    config: PlannerConfig,
    seen_tips: list[NDArray[np.float64]],
    seen_keys: NDArray[np.float64],
) -> FingertipRows:
    # The same as in `HandsController.act`, including the recovery of fingers that missed their key.
    detector = StuckKeyDetector(config.performer.press_watch)
    asked = []
    for step, tips in enumerate(seen_tips):
        rows = motion_plan.fingertips(hand, step, config.performer.tracking.preview_steps)
        rows = motion_plan.recovered(rows, tips, detector.stuck(rows.key[0], seen_keys[step]))
        asked.append([values[0] for values in rows])
    return FingertipRows(*(np.array(values) for values in zip(*asked, strict=True)))
