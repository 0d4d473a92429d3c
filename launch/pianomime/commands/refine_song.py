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

import numpy as np
from numpy.typing import NDArray

from pianomime.commands.refined_rollout import Refined, RefineTask, earlier, refined_of, refined_rollout
from pianomime.episodes.postponed_signals import PostponedSignals
from pianomime_core.metrics import ScoreCard, score
from pianomime_core.rollout import Frames
from pianomime_core.setting import Setting
from pianomime_policy.model_search.musical_refinement import MusicalRefinement
from pianomime_policy.model_search.refinement import Refinement

_CHECKPOINT_EVERY_S = 5.0
_SCORES_EVERY_S = 1.0

# Called with the number of decided steps and, now and then, the scores of planner and refinement up to there.
OnProgress = Callable[[int, tuple[ScoreCard, ScoreCard] | None], None]


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
    search: type[Refinement] = MusicalRefinement if task.config.setting is Setting.MUSICAL else Refinement
    refinement = search(task.roll, task.scene, task.config)
    planner = refined_rollout(refinement, task)
    if task.partial.exists():
        refinement = search.load(task.partial, task.roll, task.scene, task.config)
    if before is None:
        refined_rollout(refinement, task, planner).save(task.out)
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
                cards = _cards_so_far(planner.frames(), refinement.pressed)
                next_scores_s = now_s + _SCORES_EVERY_S
            if on_progress is not None:
                on_progress(refinement.step, cards)
        if refinement.step == begun_at and (there := earlier(task)) is not None:
            return there
        # The checkpoint first, so that nothing is lost if the process is killed in between.
        refinement.save(task.partial)
        rollout = refined_rollout(refinement, task, planner)
        rollout.save(task.out)
        if refinement.step == refinement.steps:
            task.partial.unlink(missing_ok=True)
    return refined_of(rollout, task.out)


def _cards_so_far(planner: Frames, pressed: NDArray[np.bool_]) -> tuple[ScoreCard, ScoreCard]:
    goal = planner.goal[: len(pressed)]
    return score(goal, planner.pressed[: len(pressed)]), score(goal, pressed)
