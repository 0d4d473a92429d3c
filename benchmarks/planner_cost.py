"""The cost of the planner: milliseconds per control step of 50 ms, in process, on one core.

Wall time is what matters to a player and what counts here; CPU time is shown too, because other load on the machine
affects only the wall time. A step is one `Controller.act` in closed loop with the simulator, whose time is not counted;
`start` is measured separately. Kernels are compiled beforehand. With two settings, each controller plays in one after
the other, and the ratio of their CPU times is printed, which other load on the machine affects least.
"""

import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tyro
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pianomime.episodes.episode import play_episode
from pianomime.files.models import model_folder
from pianomime.files.songs import bundled_songs, collect_songs, read_song
from pianomime_core.errors import UserError
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.setting import Setting, setting
from pianomime_core.timing import CONTROL_TIMESTEP_S, FRAMES_PER_SECOND
from pianomime_core.visible_notes import VisibleNotes
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.controller import Action, Controller, Observation, ReadsNotes
from pianomime_policy.controllers.registry import make_controller

REQUIRED_P99_MS = {
    Setting.BENCHMARK: {"streaming": 10.0, "streaming-1s": 10.0, "foresight": 25.0},
    Setting.MUSICAL: {"streaming": 10.0, "streaming-1s": 10.0, "foresight": 30.0},
}
"""Required costs of live players, without and with a simulator in the loop; the whole-song planner is shown for
comparison."""


@dataclass(frozen=True)
class CostOptions:
    """Measure the cost of controllers.

    Attributes:
        controllers: Names of controllers.
        seconds: Music of each song that is played.
        folders: Folders of MIDI files, of which the first `each` are played besides the bundled songs.
        each: Songs of each folder.
        setting: In which they play: benchmark, musical, or both in one run.
    """

    controllers: tuple[str, ...] = ("streaming", "streaming-1s", "foresight", "planner")
    seconds: float = 10.0
    folders: tuple[Path, ...] = ()
    each: int = 4
    setting: tuple[str, ...] = (Setting.BENCHMARK.value,)


class Stopwatch:
    """A wrapper around a controller that measures its time.

    Attributes:
        start_s: Wall seconds of the last `start`.
        wall_s, cpu_s: Seconds of each `act` since.
    """

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self.horizon_steps = controller.horizon_steps
        self.joint_names = controller.joint_names
        self.target_names = controller.target_names

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """See `Controller.start`."""
        return self._timed(lambda: self._controller.start(goal, sustain))

    def act(self, observation: Observation) -> Action:
        """See `Controller.act`."""
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        action = self._controller.act(observation)
        self.wall_s.append(time.perf_counter() - wall_s)
        self.cpu_s.append(time.process_time() - cpu_s)
        return action

    def _timed(self, begin: Callable[[], NDArray[np.float64]]) -> NDArray[np.float64]:
        began_s = time.perf_counter()
        positions = begin()
        self.start_s = time.perf_counter() - began_s
        self.wall_s: list[float] = []
        self.cpu_s: list[float] = []
        return positions


class NotesStopwatch(Stopwatch):
    """The same for a controller that `ReadsNotes`."""

    def start_music(
        self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_], notes: VisibleNotes
    ) -> NDArray[np.float64]:
        """See `ReadsNotes.start_music`."""
        controller = self._controller
        assert isinstance(controller, ReadsNotes)
        return self._timed(lambda: controller.start_music(goal, sustain, notes))


@dataclass
class Cost:
    """Milliseconds of one controller over all songs: wall and CPU time of each step, and each start.

    `required_p99_ms` is None where nothing is required.
    """

    required_p99_ms: float | None
    wall_ms: list[float]
    cpu_ms: list[float]
    start_ms: list[float]

    @property
    def good(self) -> bool:
        """True if p99 of the wall time is within the requirement."""
        return self.required_p99_ms is None or bool(np.quantile(self.wall_ms, 0.99) <= self.required_p99_ms)

    def cells(self) -> list[str]:
        """Mean, median, p99 and maximum of a step, "wall (CPU)"."""
        columns = ((np.mean(ms), *np.quantile(ms, (0.5, 0.99, 1.0))) for ms in (self.wall_ms, self.cpu_ms))
        return [f"{_short(wall)} ({_short(cpu)})" for wall, cpu in zip(*columns, strict=True)]


def _short(ms: float) -> str:
    return f"{ms:.1f}" if ms < 100 else f"{ms:.0f}"


def main(options: CostOptions | None = None) -> int:
    """Print the table; return 1 if a live player costs more than required, else 0."""
    options = options or CostOptions()
    if options.seconds < CONTROL_TIMESTEP_S:
        raise UserError(f"seconds is {options.seconds:g}: want {CONTROL_TIMESTEP_S:g}, one step, or more")
    if not options.setting:
        raise UserError(f"no setting: choose of {', '.join(Setting)}")
    settings = tuple(setting(name) for name in options.setting)
    console = Console()
    simulator = Simulator()
    songs = {each: [beginning(path, options.seconds, each) for path in _songs(options)] for each in settings}
    costs: dict[Setting, dict[str, Cost]] = {each: {} for each in settings}
    for name in options.controllers:
        for each in costs:
            controller = make_controller(name, simulator.config, model_folder(name), each)
            costs[each][name] = measure(controller, simulator, songs[each], name, REQUIRED_P99_MS[each].get(name))
    for each, by_name in costs.items():
        console.print(_table(each, by_name, len(songs[each])))
        required = ", ".join(f"{name} {ms:.0f} ms" for name, ms in REQUIRED_P99_MS[each].items())
        console.print(f"Required p99 of wall time: {required}; a step lasts {1e3 * CONTROL_TIMESTEP_S:.0f} ms.")
    for name in options.controllers if len(costs) == 2 else ():
        one, other = (float(np.mean(by_name[name].cpu_ms)) for by_name in costs.values())
        console.print(f"A step of {name} takes {other / one:.2f} times the CPU time in {settings[1]}, mean by mean.")
    return 0 if all(cost.good for by_name in costs.values() for cost in by_name.values()) else 1


def measure(
    controller: Controller, simulator: Simulator, songs: Sequence[PianoRoll], name: str, required_p99_ms: float | None
) -> Cost:
    """Play the songs after twenty warm-up steps; the progress bar shows the name."""
    stopwatch = NotesStopwatch(controller) if isinstance(controller, ReadsNotes) else Stopwatch(controller)
    play_episode(simulator, stopwatch, _first(songs[0], 20))
    cost = Cost(required_p99_ms, [], [], [])
    gc.collect()  # garbage of earlier controllers must not add to the cost of this one
    for roll in track(songs, f"{name}, {len(songs)} songs", console=Console(stderr=True), transient=True):
        play_episode(simulator, stopwatch, roll)
        cost.wall_ms += [1e3 * s for s in stopwatch.wall_s]
        cost.cpu_ms += [1e3 * s for s in stopwatch.cpu_s]
        cost.start_ms.append(1e3 * stopwatch.start_s)
    return cost


def beginning(song: Path, seconds: float, setting: Setting = Setting.BENCHMARK) -> PianoRoll:
    """The first seconds of a song, read as the setting says."""
    return _first(read_song(song, rules=setting.reading), int(seconds * FRAMES_PER_SECOND))


def _first(roll: PianoRoll, steps: int) -> PianoRoll:
    return replace(roll, goal=roll.goal[:steps], sustain=roll.sustain[:steps], velocity=roll.velocity[:steps])


def _songs(options: CostOptions) -> Iterator[Path]:
    yield from bundled_songs().values()
    for folder in options.folders:
        yield from list(collect_songs([folder]).values())[: options.each]


def _table(setting: Setting, costs: dict[str, Cost], songs: int) -> Table:
    steps = len(next(iter(costs.values())).wall_ms)
    table = Table(title=f"Planner, {setting}: ms a control step (CPU time), {songs} songs, {steps} steps, one core")
    for column in ("", "mean", "p50", "p99", "max", "start", "ok"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, cost in costs.items():
        verdict = "" if cost.required_p99_ms is None else "yes" if cost.good else "no"
        table.add_row(name, *cost.cells(), f"{max(cost.start_ms):.0f}", verdict)
    return table


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(CostOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
