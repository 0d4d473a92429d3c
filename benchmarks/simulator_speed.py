"""Control steps a second on one core: our simulator against RoboPianist's own environment, on the same targets.

CPU time is counted, the two take turns and the best episode of each stands, so that other load on the machine matters
little. Each side includes what a policy needs after every step: joint positions and velocities, key angles and which
keys are pressed.
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

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.wandering import wandering_targets
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_sim.simulator import Simulator

WANTED_RATIO = 3.0
_STEPS = 400
_EPISODES = 5

_ROOT = Path(__file__).resolve().parents[1]
_REFERENCE_PYTHON = _ROOT / ".venv-reference" / "bin" / "python"


@dataclass(frozen=True)
class Episode:
    """CPU seconds of an episode and the keys pressed after each of its steps."""

    cpu_s: float
    pressed: list[list[int]]


def main() -> int:
    """Print the table; return 1 if RoboPianist's environment was measured and ours is not fast enough, else 0."""
    simulator = Simulator()
    targets = wandering_targets(simulator.target_range, _STEPS)
    ours, theirs = [], []
    if _REFERENCE_PYTHON.exists():
        with _robopianist(targets) as reference:
            for _ in range(_EPISODES):
                theirs.append(_play_robopianist(reference))
                ours.append(_play_ours(simulator, targets))
    else:
        ours = [_play_ours(simulator, targets) for _ in range(_EPISODES)]

    table = Table(title="Simulator: control steps of 50 ms on one core")
    for column in ("", "steps/s", "x real time", "ratio"):
        table.add_column(column, justify="right")
    our_speed, their_speed = _steps_per_s(ours), _steps_per_s(theirs)
    ratio = our_speed / their_speed
    table.add_row("RoboPianist's environment", *_row(their_speed), "1.0")
    table.add_row("Simulator", *_row(our_speed), f"{ratio:.1f}")
    console = Console()
    console.print(table)
    if not theirs:
        console.print("RoboPianist's environment is not installed: run `make test-reference` once, then this again.")
        return 0
    same = ours[-1].pressed == theirs[-1].pressed
    console.print(f"Both pressed {'the same' if same else 'DIFFERENT'} keys; wanted: a ratio of {WANTED_RATIO:.0f}.")
    return 0 if same and ratio >= WANTED_RATIO else 1


def _steps_per_s(episodes: list[Episode]) -> float:
    return _STEPS / min((episode.cpu_s for episode in episodes), default=float("nan"))


def _row(steps_per_s: float) -> tuple[str, str]:
    return f"{steps_per_s:.0f}", f"{steps_per_s * CONTROL_TIMESTEP_S:.0f}"


def _play_ours(simulator: Simulator, targets: NDArray[np.float64]) -> Episode:
    simulator.reset()
    started_s = time.process_time()
    pressed = [np.flatnonzero(simulator.step(row).key_pressed).tolist() for row in targets]
    return Episode(time.process_time() - started_s, pressed)


@contextmanager
def _robopianist(targets: NDArray[np.float64]) -> Iterator[subprocess.Popen[str]]:
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


def _play_robopianist(process: subprocess.Popen[str]) -> Episode:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    # Ends with an error of json if the process died; its own message stands on stderr.
    return Episode(**json.loads(process.stdout.readline()))


if __name__ == "__main__":
    sys.exit(main())
