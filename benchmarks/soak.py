"""Minutes in real time: missed deadlines and memory growth of each process while the real nodes play.

The bundled songs are repeated until the time is filled. The memory of a process (each node, and the process that starts
them) is its resident set size (/proc/PID/status, VmRSS). Growth counts after a warm-up, since compiling, loading and
filling caches happen once; deadlines have a shorter warm-up. Requirement: no deadline missed after its warm-up, and
less than 20 MB of growth in any process. On a machine with other load the deadlines mean nothing.
"""

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path
from typing import Literal

import tyro
from rich.console import Console
from rich.table import Table

from pianomime.files.models import model_folder
from pianomime.files.outputs import check_file, write_json
from pianomime.files.songs import bundled_songs
from pianomime.graph.graph_options import PlayOptions
from pianomime.graph.node_table import node_table
from pianomime.graph.ros_instance import refuse_second_instance
from pianomime.graph.runner import NodeDied, Runner
from pianomime_core.errors import UserError
from pianomime_core.midi_score import load_midi, save_midi
from pianomime_core.notes import Note, Score
from pianomime_core.rollout import Rollout
from pianomime_core.ros_environment import complete_ros_environment
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_core.web import VIEWER_PORT
from pianomime_policy.controllers.registry import check_controller

SAMPLE_PERIOD_S = 1.0
PAUSE_S = 1.0
REQUIRED_GROWTH_MB = 20.0
LONGEST_MINUTES = 29.0
RUNNER = "runner"
"""The process that starts the nodes, in the table."""


@dataclass(frozen=True)
class SoakOptions:
    """Play for a long time.

    Attributes:
        minutes: Length of the music.
        controller: Name of the controller.
        viewer: Viewer to start.
        viewer_port: Port of the browser viewer.
        warm_up_s: Deadlines missed before this time do not count.
        memory_warm_up_s: Memory growth before this time does not count.
        json: File for all numbers; by default none.
    """

    minutes: float = 10.0
    controller: str = "streaming"
    viewer: Literal["none", "browser"] = "none"
    viewer_port: int = VIEWER_PORT
    warm_up_s: float = 2.0
    memory_warm_up_s: float = 20.0
    json: Path | None = None


@dataclass
class Memory:
    """Resident memory of one process: (s since the first sample, MB)."""

    samples: list[tuple[float, float]] = field(default_factory=list)

    def growth_mb(self, warm_up_s: float) -> float:
        """Growth from the end of the warm-up to the last sample."""
        after = [size for when_s, size in self.samples if when_s >= warm_up_s]
        return after[-1] - after[0] if after else 0.0


def main(options: SoakOptions | None = None) -> int:
    """Print the table; return 0 if both requirements are met, 1 if not or if a node died.

    Raises:
        UserError: Bad options.
    """
    options = options or SoakOptions()
    if not 0 < options.minutes <= LONGEST_MINUTES:
        raise UserError(f"minutes {options.minutes}: want more than 0, at most {LONGEST_MINUTES:.0f}")
    if options.json is not None:
        check_file(options.json, "--json", ".json")
    check_controller(options.controller, model_folder(options.controller))
    complete_ros_environment()
    console = Console()
    refuse_second_instance()
    with tempfile.TemporaryDirectory(prefix="pianomime-") as folder:
        song, rollout, score = (Path(folder) / name for name in ("soak.mid", "soak.npz", "score.json"))
        save_midi(medley([load_midi(path) for path in bundled_songs().values()], 60.0 * options.minutes), song)
        play = PlayOptions(
            midi=song,
            controller=options.controller,
            viewer=options.viewer,
            viewer_port=options.viewer_port,
            rollout=rollout,
        )
        try:
            memory = _perform(play, score, console)
        except NodeDied as death:
            print(death, file=sys.stderr)
            return 1
        missed = [step * CONTROL_TIMESTEP_S for step in Rollout.load(rollout).metadata["missed_steps"]]
        values = json.loads(score.read_text(encoding="utf-8"))
    late = [when_s for when_s in missed if when_s >= options.warm_up_s]
    growth = {name: one.growth_mb(options.memory_warm_up_s) for name, one in memory.items()}
    console.print(_table(memory, options))
    console.print(
        f"{values['steps']:.0f} steps, F1 {values['f1']:.4f}; missed deadlines: {len(missed)}, of them {len(late)} "
        f"after {options.warm_up_s:g} s; state to command: p50 {values['latency_p50_ms']:.1f} ms, "
        f"p99 {values['latency_p99_ms']:.1f} ms, max {values['latency_max_ms']:.1f} ms"
    )
    if options.json is not None:
        sizes = {name: one.samples for name, one in memory.items()}
        write_json(
            options.json,
            {"score": values, "missed_s": missed, "missed_warm_s": late, "growth_mb": growth, "memory_mb": sizes},
        )
    good = not late and max(growth.values()) < REQUIRED_GROWTH_MB
    console.print(
        f"required: none missed after the warm-up, growth below {REQUIRED_GROWTH_MB:.0f} MB: {'yes' if good else 'no'}"
    )
    return 0 if good else 1


def medley(songs: Sequence[Score], seconds: float) -> Score:
    """The songs repeated with pauses until the given number of seconds."""
    notes: list[Note] = []
    begin_s = 0.0
    for song in cycle(songs):
        for note in song.notes:
            onset_s, offset_s = begin_s + note.onset_s, min(begin_s + note.offset_s, seconds)
            if onset_s < offset_s:
                notes.append(replace(note, onset_s=onset_s, offset_s=offset_s))
        begin_s += max(note.offset_s for note in song.notes) + PAUSE_S
        if begin_s >= seconds:
            return Score(notes=tuple(notes), sustain=(), title="medley")
    raise UserError("no songs to play")


def resident_mb(number: int) -> float | None:
    """Resident memory of a process; None if it is gone."""
    try:
        status = Path(f"/proc/{number}/status").read_text(encoding="utf-8")
    except OSError:
        return None
    size = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(size[1]) / 1024 if size else None


def _perform(options: PlayOptions, score: Path, console: Console) -> dict[str, Memory]:
    memory: dict[str, Memory] = {}
    begun = False

    def on_line(name: str, line: str) -> None:
        nonlocal begun
        begun = begun or "the song begins" in line
        console.print(f"[{name}] {line}", markup=False, highlight=False)

    with Runner(node_table(options, score), on_line) as runner:
        begin_s = next_s = 0.0

        def sample() -> None:
            nonlocal begin_s, next_s
            now_s = time.monotonic()
            if not begun or now_s < next_s:
                return
            begin_s = begin_s or now_s
            next_s = now_s + SAMPLE_PERIOD_S
            for name, number in {**runner.process_numbers(), RUNNER: os.getpid()}.items():
                if (size := resident_mb(number)) is not None:
                    memory.setdefault(name, Memory()).samples.append((now_s - begin_s, size))

        runner.wait(sample)
    return memory


def _table(memory: dict[str, Memory], options: SoakOptions) -> Table:
    table = Table(title=f"{options.minutes:g} min in real time, {options.controller}: resident memory, MB")
    for column in ("process", "at first", f"after {options.memory_warm_up_s:g} s", "at last", "most", "growth"):
        table.add_column(column, justify="right")
    for name, one in memory.items():
        sizes = [size for _, size in one.samples]
        growth = one.growth_mb(options.memory_warm_up_s)
        numbers = (sizes[0], sizes[-1] - growth, sizes[-1], max(sizes), growth)
        table.add_row(name, *(f"{number:.1f}" for number in numbers))
    return table


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(SoakOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
