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

"""Paces an episode in one process and shows it: progress bar, and viewer if there is one."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from pianomime.graph.graph_options import Options
from pianomime.terminal import progress
from pianomime_core.goal_window import GoalRows
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import SimulatorState
from pianomime_sim.viewers import Snapshot, Viewer, open_viewer

ROWS_SHOWN = 40


class PacedDisplay:
    """Waits for the end of each step, then shows it.

    Args:
        viewer: Where to show it; None for the progress bar only.
        paced: Wait until the real time of each step has passed.
        progress: Gets a bar.
        steps: Length of the song; None if it is not known.

    Attributes:
        missed_deadlines: Number of steps that were not ready in time.
    """

    def __init__(self, viewer: Viewer | None, paced: bool, progress: Progress, steps: int | None) -> None:
        self._viewer, self._paced, self._progress = viewer, paced, progress
        self._bar = progress.add_task("playing", total=steps)
        self._start_s: float | None = None
        self.missed_deadlines = 0

    def show(self, step: int, state: SimulatorState, window: GoalRows, score: Mapping[str, float]) -> None:
        """Show the end of a step: the goal window (H, 88) of that step, and the scores so far."""
        if self._paced:
            self._wait_for_end_of(step)
        self._progress.update(self._bar, completed=step + 1)
        if self._viewer is not None and self._viewer.is_open:
            self._viewer.update(
                Snapshot(
                    time_s=state.time_s,
                    joint_positions=state.joint_positions,
                    key_angles=state.key_angles,
                    pressed=state.key_pressed,
                    wanted=window.goal[0],
                    coming=window.goal[1 : 1 + ROWS_SHOWN],
                    score={**score, "missed_deadlines": self.missed_deadlines},
                )
            )

    def _wait_for_end_of(self, step: int) -> None:
        # Absolute deadlines: a late step does not shift the following ones. Time starts when step 0 is ready.
        now = time.monotonic()
        if self._start_s is None:
            self._start_s = now
        left_s = self._start_s + step * CONTROL_TIMESTEP_S - now
        if left_s < 0:
            self.missed_deadlines += 1
        else:
            time.sleep(left_s)


@contextmanager
def paced_display(
    options: Options, scene: SceneConfig, console: Console, *, steps: int | None, real_time: bool
) -> Iterator[PacedDisplay]:
    """Open the viewer of the options and a progress bar; `real_time`: wait for the real time of each step."""
    columns = [TextColumn("{task.description}"), BarColumn()]
    if steps is not None:
        columns += [TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn()]
    with _viewer(options, scene) as viewer, progress(*columns, console=console) as bar:
        yield PacedDisplay(viewer, real_time, bar, steps)


@contextmanager
def _viewer(options: Options, scene: SceneConfig) -> Iterator[Viewer | None]:
    if options.viewer == "none":
        yield None
        return
    viewer = open_viewer(
        options.viewer, scene, host=options.viewer_host, port=options.viewer_port, names=options.viewer_names
    )
    try:
        yield viewer
    finally:
        viewer.close()
