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

"""The rollout file of a refinement: what it is to be, what an earlier command left there, and how it is made."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime.episodes.listener import Listener
from pianomime.episodes.replay import replayed_keys
from pianomime.episodes.song_pool import SongTask
from pianomime_core.errors import UserError
from pianomime_core.metadata import scores_in
from pianomime_core.metrics import score
from pianomime_core.notes import Score
from pianomime_core.piano_roll import piano_roll, trim_silence
from pianomime_core.rollout import Rollout
from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_physics.observed_simulator import ObservedSimulator
from pianomime_policy.model_search.refinement import RefineConfig, Refinement
from pianomime_policy.motion.motion_timing import MUSICAL
from pianomime_policy.motion.pedal_choice import written_pedal
from pianomime_policy.motion.sustain_pedal import pedal_of_song
from pianomime_sim.rollout_metadata import rollout_metadata

CONTROLLER = "refine"


@dataclass(frozen=True)
class RefineTask(SongTask):
    """Everything needed to refine one song.

    Attributes:
        written: The music, which the piano roll's frames round.
        config: Settings of the search.
        out: The rollout file.
        deadline_s: Time of day (`time.time()`) at which to stop; None for never.
    """

    written: Score
    config: RefineConfig
    out: Path
    deadline_s: float | None = None

    @property
    def partial(self) -> Path:
        """Path of the checkpoint."""
        return self.out.with_name(f"{self.out.name}.partial")

    @property
    def notes_sha256(self) -> str | None:
        """What tells its notes from others with the same frames; None where frames are all that is played."""
        notes = self.roll.notes
        return None if notes is None or self.config.setting is Setting.BENCHMARK else notes.digest()

    @property
    def is_over(self) -> bool:
        """Whether the deadline has passed."""
        return self.deadline_s is not None and time.time() >= self.deadline_s


@dataclass(frozen=True)
class RefineSettings:
    """Settings common to all songs of one command.

    Attributes:
        scene: The scene.
        config: Settings of the search.
        deadline_s: As in `RefineTask`.
    """

    scene: SceneConfig
    config: RefineConfig
    deadline_s: float | None = None

    def task(self, song: str, music: Score, out: Path) -> RefineTask:
        """Return the task of one song, of music that was read by the rules of the setting."""
        written = trim_silence(music)
        roll = piano_roll(written, trim=False)
        return RefineTask(song, roll, CONTROLLER, self.scene, written, self.config, out, self.deadline_s)

    def as_dict(self) -> dict[str, Any]:
        """Return the settings that determine the result, by their names in the metadata of rollouts."""
        setting = self.config.setting
        made_in = {} if setting is Setting.BENCHMARK else {"setting": str(setting)}
        return {**asdict(self.scene), "effort": self.config.effort, "seed": self.config.seed, **made_in}


@dataclass(frozen=True)
class Refined:
    """The refinement of a song, from the metadata of its rollout.

    Attributes:
        steps: Control steps of the song.
        decided_steps: Number of refined steps; the rest is the planner's.
        simulated_steps: Control steps simulated in the search.
        planner_kept: Whether the rollout is the planner's own performance, because the search found none as good.
        planner, refined: Scores of the planner alone and of the rollout, by name as in `ScoreCard`; in the musical
            setting also as in `NoteScores`.
    """

    steps: int
    decided_steps: int
    simulated_steps: int
    planner_kept: bool
    planner: dict[str, float]
    refined: dict[str, float]

    @property
    def is_finished(self) -> bool:
        """Whether every step is decided."""
        return self.decided_steps == self.steps


def earlier(task: RefineTask) -> Refined | None:
    """Return the refinement in the task's rollout file, or None if there is none yet.

    Raises:
        UserError: The file must not be overwritten: it is not a rollout, or one of another song or controller, or
            refined with other settings.
    """
    if not task.out.exists():
        return None
    rollout = Rollout.load(task.out)
    usual = {"setting": str(Setting.BENCHMARK)}
    there = {**usual, **rollout.metadata}
    wanted = {**usual, **RefineSettings(task.scene, task.config).as_dict()}
    ways = "give another --out or delete the file"
    same_notes = there.get("notes_sha256") == task.notes_sha256
    same_song = same_notes and np.array_equal(rollout.frames().goal, task.roll.goal)
    # The other setting reads the same file in another way.
    if there["setting"] == wanted["setting"] and not same_song:
        raise UserError(f"{str(task.out)!r} holds a rollout of another song than {task.song!r}: {ways}")
    if there.get("controller") != CONTROLLER:
        made_by = there.get("controller", "unknown")
        raise UserError(f"{str(task.out)!r} holds a rollout of controller {made_by!r}, not a refined one: {ways}")
    other = [f"{name} {there.get(name)}, not {value}" for name, value in wanted.items() if there.get(name) != value]
    if other:
        raise UserError(f"{str(task.out)!r} was refined with {', '.join(other)}: give these settings again, or {ways}")
    return refined_of(rollout, task.out)


def refined_of(rollout: Rollout, path: Path) -> Refined:
    """Return the refinement that a rollout holds; `path` is for messages.

    Raises:
        UserError: It is not a refined one.
    """
    metadata, kind = rollout.metadata, f"rollout {str(path)!r}"
    if missing := [name for name in ("decided_steps", "simulated_steps") if name not in metadata]:
        raise UserError(f"{kind} lacks {', '.join(missing)} of a refined one: give another --out or delete the file")
    return Refined(
        steps=len(rollout.frames().goal),
        decided_steps=metadata["decided_steps"],
        simulated_steps=metadata["simulated_steps"],
        planner_kept=metadata.get("planner_kept", False),  # earlier versions kept what was found
        planner=scores_in(kind, metadata, "planner_scores"),
        refined=scores_in(kind, metadata, "scores"),
    )


def _pedal(task: RefineTask, parts: int) -> NDArray[np.bool_]:
    """The pedal as written: (T,), or in time (T, K) for K parts of a step."""
    notes = task.roll.notes
    if notes is None or task.config.setting is Setting.BENCHMARK:
        return pedal_of_song(task.roll.sustain)
    assert MUSICAL.pedal is not None
    late_steps = MUSICAL.pedal.late_steps
    return np.array([written_pedal(notes.pedal_s, step, parts, late_steps) for step in range(len(task.roll))])


def refined_rollout(refinement: Refinement, task: RefineTask, planner: Rollout | None = None) -> Rollout:
    """Return the best performance so far, continued by the planner alone; or `planner` where that scores better.

    Pressed keys and scores are those of a replay of the file, whatever the search assumed.

    Args:
        refinement: The search.
        task: What it is for.
        planner: What the planner alone plays from the first step; None: that is what is returned.
    """
    played = refinement.best()
    steps = len(played.pressed)
    targets = played.targets.reshape(steps, -1, len(refinement.target_names))
    rollout = Rollout.of_steps(
        goal=task.roll.goal,
        goal_pedal=task.roll.sustain,
        pedal=_pedal(task, targets.shape[1]),
        targets=list(targets),
        pressed=list(np.repeat(played.pressed[:, None], targets.shape[1], axis=1)),
        target_names=refinement.target_names,
        joint_names=refinement.joint_names,
        initial_joint_positions=np.asarray(played.initial_joint_positions, dtype=np.float64),
        metadata={},
    )
    listener = Listener()
    pressed = replayed_keys(rollout, ObservedSimulator(listener.observe, task.scene), task.out)
    rollout = replace(rollout, pressed=pressed)
    card = score(*rollout.frames())
    scores = card.as_dict() | _heard(task, rollout, listener)
    planner_scores = scores if planner is None else planner.metadata["scores"]
    # The search keeps what costs least, segment by segment: in the end that need not score best.
    planner_kept = _quality(planner_scores, task.config.setting) > _quality(scores, task.config.setting)
    if planner is not None and planner_kept:
        rollout, scores = planner, planner_scores
    metadata = rollout_metadata(
        task.scene,
        CONTROLLER,
        card,
        scores=scores,
        # Both use the pedal alike.
        planner_scores={name: value for name, value in planner_scores.items() if name != "pedal_f1"},
        **RefineSettings(task.scene, task.config).as_dict(),
        **({} if task.notes_sha256 is None else {"notes_sha256": task.notes_sha256}),
        decided_steps=refinement.step,
        simulated_steps=refinement.simulated_steps,
        planner_kept=planner_kept,
    )
    return replace(rollout, metadata=metadata)


def _quality(scores: Mapping[str, float], setting: Setting) -> tuple[float, ...]:
    """What a setting is played for, from scores by name: greater is better."""
    if setting is Setting.MUSICAL:
        return scores["note_f1"], scores["note_f1_25ms"]
    return (scores["f1"] + scores["onset_f1"],)


def _heard(task: RefineTask, rollout: Rollout, listener: Listener) -> dict[str, float]:
    """Scores of what is heard, by name, in the setting in which it is searched for."""
    if task.config.setting is Setting.BENCHMARK:
        return {}
    # It brings scipy.stats, which takes as long to import as everything else.
    from pianomime.reports.heard import Heard

    return Heard.of(task.written, rollout, listener).scores.as_dict()
