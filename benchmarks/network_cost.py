"""Cost of the trained networks compared with the paper's, on the same CPU in the same run, one thread each.

A control step of the paper's system is 100 denoising steps of its high and 50 of its low network; both are timed at
their published size with random weights, whole control steps, one row at a time. Encoding the goal and the scheduler's
arithmetic are left out, so the paper's system costs a little more than is printed. It is compared with the whole
`Controller.act`, including the code around the networks, in closed loop with the simulator. Other load on the machine
affects only the wall time, so the two are compared by CPU time.
"""

import importlib.util
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.planner_cost import Cost, beginning, measure
from pianomime.files.models import model_folder
from pianomime.files.songs import bundled_songs
from pianomime_core.errors import UserError
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.registry import make_controller
from pianomime_policy.networks.network_file import NetworkFile

REQUIRED_P99_MS = 10.0
_PAPER = "paper-sized"


@dataclass(frozen=True)
class NetworkCostOptions:
    """Measure the cost of trained networks.

    Attributes:
        controller: Name of the controller.
        model: Folder of its networks; the bundled one if none is given.
        seconds: Music of each bundled song that is played.
        paper_steps: Control steps of the paper's system that are timed.
    """

    controller: str = "onnx"
    model: Path | None = None
    seconds: float = 10.0
    paper_steps: int = 3


def main(options: NetworkCostOptions | None = None) -> int:
    """Print the table and the ratio; return 1 if the controller costs more than required, else 0.

    Raises:
        UserError: Less than one step is requested, or as `make_controller`.
    """
    options = options or NetworkCostOptions()
    if options.seconds < CONTROL_TIMESTEP_S or options.paper_steps < 1:
        raise UserError(
            f"seconds is {options.seconds:g}, paper_steps {options.paper_steps}: want one step of each at least"
        )
    console = Console()
    simulator = Simulator()
    songs = [beginning(path, options.seconds) for path in bundled_songs().values()]
    controller = make_controller(options.controller, simulator.config, model_folder(options.controller, options.model))
    ours = measure(controller, simulator, songs, options.controller, REQUIRED_P99_MS)
    costs = {options.controller: ours}
    if importlib.util.find_spec("torch") is not None:
        costs[_PAPER] = paper_cost(options.paper_steps)
    console.print(_table(costs))
    if _PAPER in costs:
        times = np.mean(costs[_PAPER].cpu_ms) / np.mean(ours.cpu_ms)
        console.print(f"A control step of the paper's networks takes {times:.0f} times the CPU time, mean by mean.")
    else:
        console.print("The paper's networks are not timed: torch is not installed (make training).")
    verdict = "reached" if ours.good else "missed"
    console.print(f"Required p99 of {options.controller}, {REQUIRED_P99_MS:.0f} ms of wall time: {verdict}.")
    return 0 if ours.good else 1


def paper_cost(count: int) -> Cost:
    """Return what `count` steps of networks of the paper's size cost; needs torch, to make them."""
    from training.paper.paper_size import STEPS, export_paper_sized

    cost = Cost(None, [], [], [])
    with tempfile.TemporaryDirectory(prefix="pianomime-") as name:
        folder = Path(name)
        export_paper_sized(folder)
        networks = {level: NetworkFile.load(folder / f"{level}.onnx", {}) for level in STEPS}
    denoise(networks, dict.fromkeys(networks, 2))  # warms up
    for _ in track(range(count), "paper's networks", console=Console(stderr=True), transient=True):
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        denoise(networks, STEPS)
        cost.wall_ms.append(1e3 * (time.perf_counter() - wall_s))
        cost.cpu_ms.append(1e3 * (time.process_time() - cpu_s))
    return cost


def denoise(networks: Mapping[str, NetworkFile], steps: Mapping[str, int]) -> None:
    """Run each network in turn for its `steps`, one row, each time on the sample of the previous call."""
    rng = np.random.default_rng(0)
    for level, network in networks.items():
        shapes = {name: (1, *shape[1:]) for name, shape in network.metadata["inputs"]}
        inputs = {name: rng.standard_normal(shape, dtype=np.float32) for name, shape in shapes.items()}
        for step in range(steps[level], 0, -1):
            inputs["timestep"] = np.full(shapes["timestep"], step, np.float32)
            (noise,) = network.run(**inputs)
            inputs["sample"] = inputs["sample"] - noise / np.float32(steps[level])


def _table(costs: Mapping[str, Cost]) -> Table:
    table = Table(title="Networks: ms a control step (CPU time), one thread")
    for column in ("", "steps", "mean", "p50", "p99", "max"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, cost in costs.items():
        table.add_row(name, str(len(cost.wall_ms)), *cost.cells())
    return table


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(NetworkCostOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
