"""How loud a key sounds, and when, by how long its stroke lasts: the curve behind `StrokeConfig`.

The planner plays the same random single notes in the musical setting once for every duration, which all strokes then
have. What is heard is sorted by finger and colour of the key.

`python -m benchmarks.stroke_speed` takes a few minutes.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import numpy as np
import tyro
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pianomime.episodes.episode import play_episode
from pianomime.episodes.listener import Listener
from pianomime_core.errors import UserError
from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_physics.observed_simulator import ObservedSimulator
from pianomime_policy.controllers.planner.musical_planner import MusicalPlanner
from pianomime_policy.controllers.planner.planner import PlannerConfig
from pianomime_policy.motion.motion_timing import MUSICAL
from pianomime_policy.motion.strokes import StrokeConfig

PITCHES = (50, 90)
"""Where fingers play comfortably: MIDI pitches, the last one excluded."""
LENGTH_S, REST_S = 0.35, 0.5
_NEAR_S = 0.15
PLACES = tuple(product(("finger", "thumb"), ("white", "black")))


@dataclass(frozen=True)
class StrokeSpeedOptions:
    """Let the planner play notes with strokes of fixed durations and print how loud they are.

    Attributes:
        steps: Durations of the strokes in control steps of 50 ms.
        notes: Notes for each duration.
        seed: Of the random notes.
    """

    steps: tuple[float, ...] = (0.3, 0.4, 0.7, 1.0, 1.5, 2.0, 3.0)
    notes: int = 60
    seed: int = 1


class HeardStroke(NamedTuple):
    """A note that was heard: how it was played, MIDI velocity, and time after it was due."""

    thumb: bool
    black: bool
    velocity: int
    lag_s: float


def random_notes(count: int, seed: int) -> Score:
    """Return so many single notes at random times, with time to move in between.

    Raises:
        UserError: There is none.
    """
    if count < 1:
        raise UserError(f"{count} notes: want 1 or more")
    random = np.random.default_rng(seed)
    onset_s = 1.0 + np.cumsum(LENGTH_S + REST_S + 0.1 * random.random(count))
    pitches = random.integers(*PITCHES, count)
    return Score(
        tuple(Note(int(p), float(t), float(t) + LENGTH_S) for p, t in zip(pitches, onset_s, strict=True)),
    )


def heard_strokes(written: Sequence[Note], fingers: NDArray[np.int64], heard: Sequence[Note]) -> list[HeardStroke]:
    """Return the strokes of the notes that were heard, each the first time, by notes in time and their fingers 0..9."""
    found = []
    for note, finger in zip(written, fingers.tolist(), strict=True):
        near = [n for n in heard if n.pitch == note.pitch and abs(n.onset_s - note.onset_s) < _NEAR_S]
        if near:
            black = bool(KEYBOARD.is_black[note.pitch - LOWEST_PITCH])
            found.append(HeardStroke(finger % 5 == 0, black, near[0].velocity, near[0].onset_s - note.onset_s))
    return found


def measure(steps: float, notes: int, seed: int) -> list[HeardStroke]:
    """Play the notes with strokes of this duration.

    Raises:
        UserError: The duration is not positive, or as `random_notes`.
    """
    if not steps > 0:
        raise UserError(f"a stroke of {steps:g} steps: want more than 0")
    score = random_notes(notes, seed)
    always = (1.0,)
    stroke = StrokeConfig((steps,), always, always, always, always, shortest_steps=steps)
    listener = Listener()
    simulator = ObservedSimulator(listener.observe)
    planner = MusicalPlanner(simulator.config.variant, PlannerConfig(), timing=replace(MUSICAL, stroke=stroke))
    rollout = play_episode(simulator, planner, piano_roll(score, trim=False))
    return heard_strokes(score.notes, planner.assignments().finger, listener.heard(rollout).notes)


def stroke_table(measured: dict[float, list[HeardStroke]], notes: int) -> Table:
    """One row for each duration, in Markdown: medians and standard deviations."""
    table = Table("stroke", *(f"{who}, {colour} key" for who, colour in PLACES), "heard", box=box.MARKDOWN)
    for steps, strokes in measured.items():
        cells = (
            _cell([s for s in strokes if (s.thumb, s.black) == (who == "thumb", colour == "black")])
            for who, colour in PLACES
        )
        duration = f"{steps:g} steps, {1e3 * steps * CONTROL_TIMESTEP_S:.0f} ms"
        table.add_row(duration, *cells, f"{len(strokes)} of {notes}")
    return table


def _cell(strokes: list[HeardStroke]) -> str:
    if not strokes:
        return "-"
    velocity, lag_ms = [s.velocity for s in strokes], [1e3 * s.lag_s for s in strokes]
    return f"{np.median(velocity):.0f} ± {np.std(velocity):.0f}, {np.median(lag_ms):+.0f} ± {np.std(lag_ms):.0f} ms"


def main(options: StrokeSpeedOptions) -> int:
    """Print the table."""
    console = Console(width=140)
    each = track(options.steps, "strokes", console=Console(stderr=True), transient=True)
    measured = {steps: measure(steps, options.notes, options.seed) for steps in each}
    console.print("MIDI velocity, and time of the sound after the note is due: median ± standard deviation")
    console.print(stroke_table(measured, options.notes))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(StrokeSpeedOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
