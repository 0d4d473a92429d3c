"""The warm-up: its observations, its log line, and that nothing is left to compile."""

import subprocess
import sys
import time

import numba
import pytest
from recording_controller import Recorder

from pianomime.files.models import model_folder
from pianomime_core.errors import UserError
from pianomime_description.variant import SceneConfig
from pianomime_policy import warm_up
from pianomime_policy.controllers.idle.idle import Idle
from pianomime_policy.controllers.specs import ours_that_need
from pianomime_policy.warm_up import play_one_note, ready_controller


@pytest.mark.parametrize("horizon", [4, None])
def test_a_note_is_played(horizon):
    controller = Recorder(horizon)
    play_one_note(controller)
    [(goal, _)] = controller.starts
    assert goal.any()
    assert horizon in (None, len(goal))
    assert [observation.step for observation in controller.seen] == [0, 1, 2]


def test_the_controller_is_a_fresh_one(monkeypatch):
    made = []
    monkeypatch.setattr(
        warm_up, "make_controller", lambda name, scene, model, setting: made.append(Recorder(4)) or made[-1]
    )
    controller = ready_controller("streaming", SceneConfig(), lambda line: None)
    assert controller is made[-1]
    assert controller.starts == []


class Compiler(Recorder):
    """A controller that compiles a function when it starts."""

    def start(self, goal, sustain):
        numba.njit(lambda x: x + 1)(1)
        return super().start(goal, sustain)


def test_compiling_is_logged_once(monkeypatch):
    said = []
    monkeypatch.setattr(warm_up, "make_controller", lambda name, scene, model, setting: Compiler(4))
    ready_controller("streaming", SceneConfig(), said.append)
    [line] = said
    assert "compiling controller 'streaming'" in line
    assert "once" in line


def test_what_cannot_be_cached_is_reported_with_the_reason(monkeypatch):
    said = []
    monkeypatch.setattr(warm_up, "make_controller", lambda name, scene, model, setting: Compiler(4))
    monkeypatch.setattr(warm_up, "kernel_folder", lambda: (None, "Permission denied: '/home'"))
    ready_controller("streaming", SceneConfig(), said.append)
    [line] = said
    assert "at every start" in line
    assert "Permission denied: '/home'" in line


def test_a_controller_that_compiles_nothing_logs_nothing(monkeypatch):
    said = []

    def slow(name, scene, model, setting):
        time.sleep(0.05)
        return Recorder(4)

    monkeypatch.setattr(warm_up, "make_controller", slow)
    ready_controller("streaming", SceneConfig(), said.append)
    monkeypatch.undo()
    assert isinstance(ready_controller("idle", SceneConfig(), said.append), Idle)
    assert said == []


def test_unknown_names_are_refused():
    with pytest.raises(UserError, match="nobody"):
        ready_controller("nobody", SceneConfig(), lambda line: None)


COUNT_KERNELS = """
import sys
from pathlib import Path
import numpy as np
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import Observation
from pianomime_policy.warm_up import ready_controller

def compiled():
    modules = [module for name, module in sys.modules.items() if name.startswith("pianomime_policy.")]
    kernels = {(module.__name__, name): kernel for module in modules for name, kernel in vars(module).items()}
    return {name: len(kernel.signatures) for name, kernel in kernels.items() if hasattr(kernel, "signatures")}

controller = ready_controller(sys.argv[1], SceneConfig(), print, *map(Path, sys.argv[2:]))
before = compiled()
rows = np.zeros((60, 88), dtype=bool)
for step in range(0, 60, 4):  # runs, jumps and chords in both hands
    rows[step : step + 4, [10 + step // 3, 45 + 17 * step % 31]] = True
    rows[step : step + 3, [20 + 11 * step % 13, 60 + step // 3, 64 + step // 3]] = True
pedal = np.zeros(60, dtype=bool)
horizon = controller.horizon_steps
positions = controller.start(rows[:horizon], pedal[:horizon])
for step in range(20):
    window, down = (rows, pedal) if horizon is None else (rows[step : step + horizon], pedal[step : step + horizon])
    rest = np.zeros_like(positions)
    controller.act(Observation(step, window, down, positions, rest, np.zeros(88)))
new = {name: number for name, number in compiled().items() if number != before.get(name)}
print("kernels", len(before), "new", new)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["planner", "streaming", "onnx"])
def test_after_it_nothing_is_left_to_compile(name):
    model = [str(model_folder(name))] if name in ours_that_need("model") else []
    command = [sys.executable, "-c", COUNT_KERNELS, name, *model]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    line = done.stdout.splitlines()[-1]
    assert line.endswith("new {}")
    assert "kernels 0" not in line
