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

"""Replays a rollout for sound and video: strikes with their times and velocities, and poses at any rate."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pianomime.episodes.replay import recorded_scene, replayed_states
from pianomime.terminal import tracked
from pianomime_core.errors import printable
from pianomime_core.key_events import KeyEvent, KeyEventDetector, pedal_events, played_notes
from pianomime_core.metrics import score
from pianomime_core.notes import Score
from pianomime_core.rollout import Rollout
from pianomime_core.timing import FRAMES_PER_SECOND, PHYSICS_TIMESTEP_S
from pianomime_description.variant import SceneConfig
from pianomime_physics.observed_simulator import ObservedSimulator
from pianomime_physics.simulator import SimulatorState


@dataclass(frozen=True, eq=False)
class ReplayedRollout:
    """A rollout and the result of its replay.

    Attributes:
        rollout: As recorded, but with the replayed `pressed`.
        scene: The scene it was played in.
        joint_names: Names of `SimulatorState.joint_positions` in `poses`.
        score: Pressed keys and pedal as music; time 0 is the beginning of step 0.
        poses: States from time 0 to the end, at even intervals rounded to 5 ms.
        duration_s: Duration of the song.
        f1, onset_f1: As recorded, which for live music excludes the silence around it; recomputed if the replay
            differs.
    """

    rollout: Rollout
    scene: SceneConfig
    joint_names: tuple[str, ...]
    score: Score
    poses: tuple[SimulatorState, ...]
    duration_s: float
    f1: float
    onset_f1: float


def replay_rollout(path: Path, poses_per_s: float = FRAMES_PER_SECOND) -> ReplayedRollout:
    """Replay a rollout file; warns on stderr if the keys pressed differ from the recording.

    Raises:
        UserError: The file is not a rollout, or is of another robot than the simulator's.
    """
    rollout = Rollout.load(path)
    scene = recorded_scene(path, rollout)
    recorder = _Recorder(poses_per_s)
    simulator = ObservedSimulator(recorder.observe, scene)
    states = replayed_states(rollout, simulator, f"rollout {str(path)!r}")
    recorder.observe(next(states))
    pressed = np.array([state.key_pressed for state in tracked(states, "playing again", len(rollout.targets))])
    if differing := int(np.sum(pressed != rollout.pressed)):
        print(
            f"pianomime: {differing} of {pressed.size} note-frames of {str(path)!r} differ from the recording: "
            "the output shows the replay on this machine",
            file=sys.stderr,
        )
    played = replace(rollout, pressed=pressed)
    scores = rollout.metadata.get("scores", {})
    if differing or not {"f1", "onset_f1"} <= scores.keys():
        scores = score(*played.frames()[:2]).as_dict()
    duration_s = rollout.duration_s
    return ReplayedRollout(
        rollout=played,
        scene=scene,
        joint_names=simulator.joint_names,
        # A key may strike in the last physics step.
        score=played_notes(
            recorder.events,
            duration_s + PHYSICS_TIMESTEP_S,
            printable(path.stem),
            pedal_events(rollout.pedal, rollout.dt),
        ),
        poses=tuple(recorder.poses),
        duration_s=duration_s,
        f1=scores["f1"],
        onset_f1=scores["onset_f1"],
    )


class _Recorder:
    def __init__(self, poses_per_s: float) -> None:
        self._poses_per_s = poses_per_s
        self._detector = KeyEventDetector()
        self.events: list[KeyEvent] = []
        self.poses: list[SimulatorState] = []

    def observe(self, state: SimulatorState) -> None:
        self.events += self._detector.update(state.time_s, state.key_angles, state.key_velocities)
        if state.time_s > len(self.poses) / self._poses_per_s - PHYSICS_TIMESTEP_S / 2:
            self.poses.append(state)
