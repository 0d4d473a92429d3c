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

"""Refines one song as far as time allows: its rollout file is always complete, and the work can be continued.

The checkpoint of the search, ROLLOUT.npz.partial, is kept beside ROLLOUT.npz until the last step is decided.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime.episodes.postponed_signals import PostponedSignals
from pianomime.episodes.replay import replayed_keys
from pianomime.episodes.song_pool import SongTask
from pianomime_core.errors import UserError
from pianomime_core.metadata import scores_in
from pianomime_core.metrics import ScoreCard, score
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.rollout import Rollout
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.model_search.refinement import RefineConfig, Refinement
from pianomime_policy.motion.sustain_pedal import pedal_of_song
from pianomime_sim.rollout_metadata import rollout_metadata

CONTROLLER = "refine"
_CHECKPOINT_EVERY_S = 5.0
_SCORES_EVERY_S = 1.0


@dataclass(frozen=True)
class RefineTask(SongTask):
    """Everything needed to refine one song.

    Attributes:
        config: Settings of the search.
        out: The rollout file.
        deadline_s: Time of day (`time.time()`) at which to stop; None for never.
    """

    config: RefineConfig
    out: Path
    deadline_s: float | None = None

    @property
    def partial(self) -> Path:
        """Path of the checkpoint."""
        return self.out.with_name(f"{self.out.name}.partial")

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

    def task(self, song: str, roll: PianoRoll, out: Path) -> RefineTask:
        """Return the task of one song."""
        return RefineTask(song, roll, CONTROLLER, self.scene, self.config, out, self.deadline_s)

    def as_dict(self) -> dict[str, Any]:
        """Return the settings that determine the result, by their names in the metadata of rollouts."""
        return {**asdict(self.scene), "effort": self.config.effort, "seed": self.config.seed}


@dataclass(frozen=True)
class Refined:
    """The refinement of a song, from the metadata of its rollout.

    Attributes:
        steps: Control steps of the song.
        decided_steps: Number of refined steps; the rest is the planner's.
        simulated_steps: Control steps simulated in the search.
        planner, refined: Scores of the planner alone and of the rollout, by name as in `ScoreCard`.
    """

    steps: int
    decided_steps: int
    simulated_steps: int
    planner: dict[str, float]
    refined: dict[str, float]

    @property
    def is_finished(self) -> bool:
        """Whether every step is decided."""
        return self.decided_steps == self.steps


# Called with the number of decided steps and, now and then, the scores of planner and refinement up to there.
OnProgress = Callable[[int, tuple[ScoreCard, ScoreCard] | None], None]


def earlier(task: RefineTask) -> Refined | None:
    """Return the refinement in the task's rollout file, or None if there is none yet.

    Raises:
        UserError: The file must not be overwritten: it is not a rollout, or one of another song or controller, or
            refined with other settings.
    """
    if not task.out.exists():
        return None
    rollout = Rollout.load(task.out)
    metadata = rollout.metadata
    ways = "give another --out or delete the file"
    if not np.array_equal(rollout.goal, task.roll.goal):
        raise UserError(f"{str(task.out)!r} holds a rollout of another song than {task.song!r}: {ways}")
    if metadata.get("controller") != CONTROLLER:
        made_by = metadata.get("controller", "unknown")
        raise UserError(f"{str(task.out)!r} holds a rollout of controller {made_by!r}, not a refined one: {ways}")
    wanted = RefineSettings(task.scene, task.config).as_dict()
    other = [
        f"{name} {metadata.get(name)}, not {value}" for name, value in wanted.items() if metadata.get(name) != value
    ]
    if other:
        raise UserError(f"{str(task.out)!r} was refined with {', '.join(other)}: give these settings again, or {ways}")
    return _refined_of(rollout, task.out)


def refine_song(task: RefineTask, on_progress: OnProgress | None = None) -> Refined:
    """Refine a song, or continue, until it is finished or the deadline has passed, and return the result.

    SIGINT and SIGTERM are deferred until rollout and checkpoint are written.

    Args:
        task: What to do; `earlier` has accepted its file.
        on_progress: Called after every segment.

    Raises:
        UserError: The checkpoint belongs to another task, or a file cannot be written.
    """
    before = earlier(task)
    if before is not None and before.is_finished:
        task.partial.unlink(missing_ok=True)
        return before
    refinement = Refinement(task.roll, task.scene, task.config)
    simulator = Simulator(task.scene)
    planner = _rollout(refinement, simulator, task, planner=None)
    planner_card = score(planner.goal, planner.pressed)
    if task.partial.exists():
        refinement = Refinement.load(task.partial, task.roll, task.scene, task.config)
    if before is None:
        _rollout(refinement, simulator, task, planner_card).save(task.out)
    if on_progress is not None:
        on_progress(refinement.step, None)
    begun_at = refinement.step
    with PostponedSignals(f"pianomime: ending: what is decided of {task.song} is written") as stop:
        next_checkpoint_s = time.monotonic() + _CHECKPOINT_EVERY_S
        next_scores_s = 0.0
        while refinement.step < refinement.steps and stop.received is None and not task.is_over:
            refinement.advance()
            cards = None
            if (now_s := time.monotonic()) >= next_checkpoint_s:
                refinement.save(task.partial)
                next_checkpoint_s = now_s + _CHECKPOINT_EVERY_S
            if on_progress is not None and now_s >= next_scores_s:
                cards = _cards_so_far(planner, refinement.pressed)
                next_scores_s = now_s + _SCORES_EVERY_S
            if on_progress is not None:
                on_progress(refinement.step, cards)
        if refinement.step == begun_at and (there := earlier(task)) is not None:
            return there
        # The checkpoint first, so that nothing is lost if the process is killed in between.
        refinement.save(task.partial)
        rollout = _rollout(refinement, simulator, task, planner_card)
        rollout.save(task.out)
        if refinement.step == refinement.steps:
            task.partial.unlink(missing_ok=True)
    return _refined_of(rollout, task.out)


def _rollout(refinement: Refinement, simulator: Simulator, task: RefineTask, planner: ScoreCard | None) -> Rollout:
    # Pressed keys and scores are those of a replay of the file, whatever the search assumed.
    played = refinement.best()
    rollout = Rollout(
        goal=task.roll.goal,
        pressed=played.pressed,
        targets=played.targets,
        target_names=refinement.target_names,
        joint_names=refinement.joint_names,
        initial_joint_positions=np.asarray(played.initial_joint_positions, dtype=np.float64),
        dt=CONTROL_TIMESTEP_S,
        metadata={},
        goal_pedal=task.roll.sustain,
        pedal=pedal_of_song(task.roll.sustain),
    )
    pressed = replayed_keys(rollout, simulator, task.out)
    card = score(rollout.goal, pressed, rollout.goal_pedal, rollout.pedal)
    metadata = rollout_metadata(
        task.scene,
        CONTROLLER,
        card,
        planner_scores=(planner or card).as_dict(),
        effort=task.config.effort,
        seed=task.config.seed,
        decided_steps=refinement.step,
        simulated_steps=refinement.simulated_steps,
    )
    return replace(rollout, pressed=pressed, metadata=metadata)


def _refined_of(rollout: Rollout, path: Path) -> Refined:
    metadata, kind = rollout.metadata, f"rollout {str(path)!r}"
    if missing := [name for name in ("decided_steps", "simulated_steps") if name not in metadata]:
        raise UserError(f"{kind} lacks {', '.join(missing)} of a refined one: give another --out or delete the file")
    return Refined(
        steps=len(rollout.goal),
        decided_steps=metadata["decided_steps"],
        simulated_steps=metadata["simulated_steps"],
        planner=scores_in(kind, metadata, "planner_scores"),
        refined=scores_in(kind, metadata, "scores"),
    )


def _cards_so_far(planner: Rollout, pressed: NDArray[np.bool_]) -> tuple[ScoreCard, ScoreCard]:
    goal = planner.goal[: len(pressed)]
    return score(goal, planner.pressed[: len(pressed)]), score(goal, pressed)
