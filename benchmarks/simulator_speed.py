"""Control steps a second on one core: our simulator against RoboPianist's own environment, on the same targets.

CPU time is counted, so that other load on the machine matters little. Each side includes what a policy needs after
every step: joint positions and velocities, key angles and which keys are pressed.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
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


def main() -> int:
    """Print the table; return 1 if RoboPianist's environment was measured and ours is not fast enough, else 0."""
    simulator = Simulator()
    targets = wandering_targets(simulator.target_range, _STEPS)
    console = Console()
    table = Table(title="Simulator, control steps of 50 ms, one core")
    for column in ("", "steps/s", "x real time", "ratio"):
        table.add_column(column, justify="right")

    if not _REFERENCE_PYTHON.exists():
        steps_per_s, _ = _measure_ours(simulator, targets)
        table.add_row("Simulator", *_row(steps_per_s), "")
        console.print(table)
        console.print("RoboPianist's environment is not installed: run `make test-reference` once, then this again.")
        return 0

    # Ours before and after theirs, so that a machine that changes its pace does not favour one.
    before, pressed = _measure_ours(simulator, targets)
    theirs, their_pressed = _measure_robopianist(targets)
    after, _ = _measure_ours(simulator, targets)
    ours = (before + after) / 2
    table.add_row("RoboPianist", *_row(theirs), "1.0")
    table.add_row("Simulator", *_row(ours), f"{ours / theirs:.1f}")
    console.print(table)
    same = "the same" if pressed == their_pressed else "NOT the same"
    console.print(f"Both pressed {same} keys at every step; wanted: a ratio of {WANTED_RATIO:.0f}.")
    return 0 if pressed == their_pressed and ours >= WANTED_RATIO * theirs else 1


def _row(steps_per_s: float) -> tuple[str, str]:
    return f"{steps_per_s:.0f}", f"{steps_per_s * CONTROL_TIMESTEP_S:.0f}"


def _measure_ours(simulator: Simulator, targets: NDArray[np.float64]) -> tuple[float, list[list[int]]]:
    cpu_s = []
    for _ in range(_EPISODES):
        simulator.reset()
        started_s = time.process_time()
        states = [simulator.step(row) for row in targets]
        cpu_s.append(time.process_time() - started_s)
    return len(targets) / float(np.median(cpu_s)), [np.flatnonzero(state.key_pressed).tolist() for state in states]


def _measure_robopianist(targets: NDArray[np.float64]) -> tuple[float, list[list[int]]]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "targets.npy"
        np.save(file, targets)
        command = [
            str(_REFERENCE_PYTHON),
            "-W",
            "ignore",
            "-m",
            "benchmarks.robopianist_steps",
            str(file),
            str(_EPISODES),
        ]
        paths = os.pathsep.join(map(str, (_ROOT, _ROOT / "tests" / "reference")))
        result = subprocess.run(
            command, cwd=_ROOT, env={**os.environ, "PYTHONPATH": paths}, stdout=subprocess.PIPE, text=True, check=True
        )
    measured = json.loads(result.stdout.splitlines()[-1])
    return len(targets) / float(np.median(measured["cpu_s"])), measured["pressed"]


if __name__ == "__main__":
    sys.exit(main())
