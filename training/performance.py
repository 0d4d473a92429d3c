"""Training music as people play it: off the grid, with dynamics, from piano rolls."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_core.notes import LOUDEST, Note, Score
from pianomime_core.timing import CONTROL_TIMESTEP_S
from training.music import Generator, Roll, notes_of


@dataclass(frozen=True)
class PerformanceConfig:
    """How a performance departs from its piano roll; spreads are standard deviations.

    Attributes:
        tempo_spread: Of the logarithm of the tempo, which changes smoothly.
        tempo_period_s: Time between independent tempi.
        onset_spread_s: Of each onset around the tempo.
        shortest, longest: Range of the share of their written length that the notes of a piece are held.
        softest, loudest: Range of the mean velocity of a piece.
        velocity_spread: Of each note around that of its piece.
        shortest_s: Shortest note, and shortest pause before the same key is struck again.
    """

    tempo_spread: float = 0.15
    tempo_period_s: float = 2.0
    onset_spread_s: float = 0.012
    shortest: float = 0.5
    longest: float = 1.1
    softest: float = 40.0
    loudest: float = 95.0
    velocity_spread: float = 14.0
    shortest_s: float = 0.04


def performed(roll: Roll, rng: Generator, config: PerformanceConfig | None = None) -> Score:
    """Return a performance of a piano roll (T, 88), which begins at its first onset or later.

    Raises:
        ValueError: The roll has no notes.
    """
    c = config or PerformanceConfig()
    notes = notes_of(roll)
    if not len(notes):
        raise ValueError("a roll without notes cannot be performed")
    time_s = _times_s(len(roll), rng, c)
    held, level = rng.uniform(c.shortest, c.longest), rng.uniform(c.softest, c.loudest)
    late_s = np.abs(rng.normal(0.0, c.onset_spread_s, len(notes)))
    velocity = np.clip(np.rint(rng.normal(level, c.velocity_spread, len(notes))), 1, LOUDEST)
    played: list[Note] = []
    last_of_key: dict[int, int] = {}
    for (first, end, key), late, loud in zip(notes, late_s, velocity, strict=True):
        onset_s = float(time_s[first] + late)
        offset_s = onset_s + max(c.shortest_s, held * float(time_s[end] - time_s[first]))
        before = last_of_key.get(int(key))
        if before is not None and played[before].offset_s > onset_s - c.shortest_s:
            earliest_s = played[before].onset_s + c.shortest_s
            played[before] = replace(played[before], offset_s=max(earliest_s, onset_s - c.shortest_s))
        last_of_key[int(key)] = len(played)
        played.append(Note(int(key) + LOWEST_PITCH, onset_s, offset_s, int(loud)))
    return Score(tuple(sorted(played, key=lambda note: (note.onset_s, note.pitch))))


def _times_s(steps: int, rng: Generator, c: PerformanceConfig) -> NDArray[np.float64]:
    """(steps + 1,) time of the beginning of each row, and of the end."""
    length_s = steps * CONTROL_TIMESTEP_S
    at_s = np.arange(0.0, length_s + 2 * c.tempo_period_s, c.tempo_period_s)
    pace = np.exp(rng.normal(0.0, c.tempo_spread, len(at_s)))
    row_s = CONTROL_TIMESTEP_S * np.interp(np.arange(steps) * CONTROL_TIMESTEP_S, at_s, pace)
    return np.concatenate([[0.0], np.cumsum(row_s)])
