"""Control steps per second on one core: our simulator and RoboPianist's own environment, on the same targets.

CPU time is measured, the two alternate, and the best episode of each counts, so that other load on the machine matters
little. Each side includes what a policy needs after every step: joint positions and velocities, key angles and pressed
keys. RoboPianist's environment also computes its reward, which cannot be switched off.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.wandering import wandering_targets
from pianomime_core.keyboard import NUM_KEYS
from pianomime_core.metrics import score
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_description import SceneConfig
from pianomime_physics.simulator import Simulator

REQUIRED_RATIO = 3.0
_STEPS = 451
"""Length of the song that RoboPianist's environment plays, Twinkle."""
_EPISODES = 5

_ROOT = Path(__file__).resolve().parents[1]
_REFERENCE_PYTHON = _ROOT / ".venv-reference" / "bin" / "python"

_BENCHMARK = "Simulator"
_CONFIGS = {
    _BENCHMARK: SceneConfig(),
    "resting keys asleep": SceneConfig(resting_keys_sleep=True),
}


@dataclass(frozen=True)
class Episode:
    """CPU seconds of the steps and of the score, the keys pressed after each step, and the mean frame F1."""

    stepping_s: float
    scoring_s: float
    pressed: list[list[int]]
    f1: float


def main() -> int:
    """Print the table; return 1 if presses or scores of the benchmark variant differ from RoboPianist's, else 0."""
    simulators = {name: Simulator(config) for name, config in _CONFIGS.items()}
    benchmark = simulators[_BENCHMARK]
    targets = wandering_targets(benchmark.target_names, benchmark.target_range, _STEPS)
    goal = np.zeros((_STEPS, NUM_KEYS), dtype=bool)
    episodes: dict[str, list[Episode]] = {name: [] for name in simulators}
    theirs: list[Episode] = []
    with _robopianist(targets) as process:
        for _ in range(_EPISODES):
            if process:
                answer = _ask(process)
                goal = _roll(answer.pop("goal"))
                theirs.append(Episode(**answer))
            for name, simulator in simulators.items():
                episodes[name].append(_play(simulator, targets, goal))

    console = Console()
    console.print(_table(episodes, theirs))
    if not theirs:
        console.print("RoboPianist's environment is not installed: run `make test-reference` once, then this again.")
        return 0
    for name, played in episodes.items():
        different = int(np.sum(_roll(played[-1].pressed) != _roll(theirs[-1].pressed)))
        console.print(
            f"{name}: {different} of {goal.size} note-frames pressed otherwise than in RoboPianist's environment."
        )
    console.print(f"Required: {REQUIRED_RATIO:.0f} times RoboPianist's steps per second.")
    ours = episodes[_BENCHMARK][-1]
    return 0 if ours.pressed == theirs[-1].pressed and abs(ours.f1 - theirs[-1].f1) < 1e-9 else 1


def _table(episodes: dict[str, list[Episode]], theirs: list[Episode]) -> Table:
    table = Table(title=f"Best of {_EPISODES} episodes of {_STEPS} control steps, one core, CPU time")
    for column in ("", "steps/s", "x real time", "ratio", "with score", "ratio"):
        table.add_column(column, justify="right")
    rows = {"RoboPianist": theirs, **episodes} if theirs else episodes
    for name, played in rows.items():
        cells = [f"{_stepping(played):.0f}", f"{_stepping(played) * CONTROL_TIMESTEP_S:.0f}"]
        cells.append(f"{_stepping(played) / _stepping(theirs):.2f}" if theirs else "")
        cells.append(f"{_with_score(played):.0f}")
        cells.append(f"{_with_score(played) / _with_score(theirs):.2f}" if theirs else "")
        table.add_row(name, *cells)
    return table


def _stepping(episodes: list[Episode]) -> float:
    return _STEPS / min(episode.stepping_s for episode in episodes)


def _with_score(episodes: list[Episode]) -> float:
    return _STEPS / min(episode.stepping_s + episode.scoring_s for episode in episodes)


def _play(simulator: Simulator, targets: NDArray[np.float64], goal: NDArray[np.bool_]) -> Episode:
    simulator.reset()
    started_s = time.process_time()
    pressed = np.array([simulator.step(row).key_pressed for row in targets])
    stepped_s = time.process_time()
    f1 = score(goal, pressed).f1
    scored_s = time.process_time()
    return Episode(stepped_s - started_s, scored_s - stepped_s, [np.flatnonzero(keys).tolist() for keys in pressed], f1)


def _roll(keys_of_steps: list[list[int]]) -> NDArray[np.bool_]:
    roll = np.zeros((len(keys_of_steps), NUM_KEYS), dtype=bool)
    for row, keys in zip(roll, keys_of_steps, strict=True):
        row[keys] = True
    return roll


@contextmanager
def _robopianist(targets: NDArray[np.float64]) -> Iterator[subprocess.Popen[str] | None]:
    """Run RoboPianist's environment in its own Python; None if that is not installed."""
    if not _REFERENCE_PYTHON.exists():
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "targets.npy"
        np.save(file, targets)
        process = subprocess.Popen(
            [str(_REFERENCE_PYTHON), "-W", "ignore", "-m", "benchmarks.robopianist_steps", str(file)],
            cwd=_ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (_ROOT, _ROOT / "tests" / "reference")))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            yield process


def _ask(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        raise RuntimeError("RoboPianist's environment ended; its own message stands above")
    episode: dict[str, Any] = json.loads(answer)
    return episode


if __name__ == "__main__":
    sys.exit(main())
