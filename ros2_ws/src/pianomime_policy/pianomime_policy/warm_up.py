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

"""Controllers that are ready to act: everything is compiled before the song, once per machine.

`python -m pianomime_policy.warm_up [MODEL]` does it for all controllers, for trained ones with that model. The compiled
code is cached, see `kernel`.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from pianomime_core.goal_window import GoalRows
from pianomime_core.keyboard import LOWEST_PITCH, NUM_KEYS
from pianomime_core.notes import Note
from pianomime_core.piano_roll import usual_velocity
from pianomime_core.setting import Setting
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_core.visible_notes import visible_notes
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import Controller, Observation, start
from pianomime_policy.controllers.registry import make_controller
from pianomime_policy.controllers.specs import OURS
from pianomime_policy.kernel import kernel_folder, on_compiling

_ROWS, _KEY = 20, 40


def ready_controller(
    name: str,
    scene: SceneConfig,
    log: Callable[[str], None],
    model: Path | None = None,
    setting: Setting = Setting.BENCHMARK,
) -> Controller:
    """Return a new controller that will compile nothing while it plays.

    Args:
        name: See `specs`.
        scene: The robot.
        log: Called with one line as soon as something has to be compiled.
        model, setting: As for `make_controller`.

    Raises:
        UserError: As `make_controller`.
    """
    notice = _Notice(f"controller {name!r}", log)
    with on_compiling(notice.give):
        play_one_note(make_controller(name, scene, model, setting))
        return make_controller(name, scene, model, setting)


class _Notice:
    """Logs once that `what` is being compiled."""

    def __init__(self, what: str, log: Callable[[str], None]) -> None:
        self._what, self._log = what, log
        self._given = False

    def give(self) -> None:
        if self._given:
            return
        self._given = True
        folder, why_not = kernel_folder()
        if folder is None:
            self._log(
                f"compiling {self._what} at every start, since it cannot be kept ({why_not}): takes about a minute"
            )
        else:
            self._log(f"compiling {self._what} for this machine, once: this may take a minute")


def play_one_note(controller: Controller) -> None:
    """Let a controller play three steps of one note from its start; use a new one afterwards."""
    rows = controller.horizon_steps or _ROWS
    goal = np.zeros((rows, NUM_KEYS), dtype=np.bool_)
    goal[rows // 2 :, _KEY] = True
    sustain, key_s = np.zeros(rows, dtype=np.bool_), rows // 2 * CONTROL_TIMESTEP_S
    notes = visible_notes([Note(LOWEST_PITCH + _KEY, key_s, rows * CONTROL_TIMESTEP_S)])
    window = GoalRows(goal, sustain, usual_velocity(goal), notes)
    positions = start(controller, window)
    for step in range(3):
        controller.act(
            Observation(
                step=step,
                goal=goal,
                sustain=sustain,
                joint_positions=positions,
                joint_velocities=np.zeros_like(positions),
                key_angles=np.zeros(NUM_KEYS),
                notes=notes,
            )
        )


def main(model: Path | None = None) -> None:
    """Compile what all controllers need; without a model, those that need no model."""
    with on_compiling(_Notice("the planner", partial(print, flush=True)).give):
        for name, spec in OURS.items():
            # A demonstration compiles nothing that others do not.
            if spec.needs is None or (spec.needs == "model" and model is not None):
                for setting in spec.settings:
                    given = model if spec.needs == "model" else None
                    ready_controller(name, SceneConfig(), lambda line: None, given, Setting(setting))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
