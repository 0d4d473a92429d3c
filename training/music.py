"""Music to learn from, without end: piano rolls of the training clips, varied, and pieces made up by rule.

A made-up piece has a harmony for each bar, a figure for each hand and bar (melody, scale, broken chord, block chords,
octaves), and rests. It is no music to listen to; it asks the hands for what music asks of them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from pianomime_core.keyboard import NUM_KEYS
from training.demo_clips import clip_roll, train_clips

Roll = NDArray[np.bool_]
Generator = np.random.Generator

_MAJOR, _MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
_LOWEST_A = 9
"""Pitch class of key 0."""
_MIRROR_KEY = 41
"""A D: black and white keys are the same to its left and right."""


@dataclass(frozen=True)
class VariationConfig:
    """How far a varied roll may be from the original.

    Attributes:
        semitones: Largest transposition, up or down.
        slowest, fastest: Factors of the tempo.
    """

    semitones: int = 6
    slowest: float = 0.7
    fastest: float = 1.4


def train_rolls(demos: Path, every: int = 1) -> list[Roll]:
    """Piano rolls (T, 88) of every n-th training clip.

    Raises:
        UserError: The demonstrations are not there, or a MIDI file is bad.
    """
    clips = train_clips(demos)[::every]
    return [clip_roll(demos, clip).goal for clip in track(clips, "reading clips", console=Console(stderr=True))]


def notes_of(roll: Roll) -> NDArray[np.int64]:
    """(N, 3) onset step, end step (exclusive) and key of the notes of a roll, by onset and key."""
    padded = np.pad(roll, ((1, 1), (0, 0))).astype(np.int8)
    change = np.diff(padded, axis=0).T
    key, onset = np.nonzero(change == 1)
    _, end = np.nonzero(change == -1)
    notes = np.stack([onset, end, key], axis=1)
    return notes[np.lexsort((key, onset))]


def roll_of(notes: NDArray[np.int64], steps: int) -> Roll:
    """(steps, 88) roll of notes (N, 3); a note gives up its last step where the same key is struck again at once."""
    roll = np.zeros((steps, NUM_KEYS), dtype=np.bool_)
    for onset, end, key in notes[np.argsort(notes[:, 0], kind="stable")]:
        if onset > 0:
            roll[onset - 1, key] = False
        roll[onset : min(end, steps), key] = True
    return roll


def transposed(roll: Roll, semitones: int) -> Roll:
    """The roll moved up by so many keys, or as many as the keyboard allows."""
    used = np.flatnonzero(roll.any(axis=0))
    if len(used):
        semitones = int(np.clip(semitones, -used[0], NUM_KEYS - 1 - used[-1]))
    return np.roll(roll, semitones, axis=1)


def mirrored(roll: Roll) -> Roll:
    """What the other hand would play: the roll reflected at a D, where the keyboard is its own mirror image; a piece at
    the very top is moved down an octave first.
    """
    if roll[:, 2 * _MIRROR_KEY + 1 :].any():
        roll = transposed(roll, -12)
    out = np.zeros_like(roll)
    reach = 2 * _MIRROR_KEY + 1
    out[:, :reach] = roll[:, reach - 1 :: -1]
    return out


def stretched(roll: Roll, factor: float) -> Roll:
    """The roll played slower by `factor`; every note lasts a step at least."""
    notes = notes_of(roll)
    notes[:, :2] = np.rint(notes[:, :2] * factor)
    notes[:, 1] = np.maximum(notes[:, 1], notes[:, 0] + 1)
    return roll_of(notes, max(1, round(len(roll) * factor)))


def varied(roll: Roll, rng: Generator, config: VariationConfig | None = None) -> Roll:
    """The roll in another key and tempo, and half of the time reflected."""
    c = config or VariationConfig()
    if rng.random() < 0.5:
        roll = mirrored(roll)
    tempo = np.exp(rng.uniform(np.log(c.slowest), np.log(c.fastest)))
    return stretched(transposed(roll, int(rng.integers(-c.semitones, c.semitones + 1))), 1.0 / tempo)


def synthetic_roll(rng: Generator, steps: int = 600) -> Roll:
    """(steps, 88) roll of a piece made up by rule."""
    scale = _scale_keys(rng)
    unit = int(rng.choice([2, 3, 4, 4, 5, 6, 8]))  # steps of the shortest common note
    bar = unit * int(rng.choice([6, 8]))
    # (centre of the register, share of bars with a rest, how legato) of the left and right hand
    hands = [(int(rng.integers(20, 36)), rng.uniform(0, 0.3)), (int(rng.integers(42, 64)), rng.uniform(0, 0.2))]
    legato = rng.uniform(0.6, 1.0)
    notes: list[tuple[int, int, int]] = []
    degree = 0
    liked = [rng.dirichlet(np.full(len(_FIGURES), 0.5)) for _ in hands]
    for start in range(0, steps, bar):
        degree = int(rng.choice([0, 3, 4, 5, 1])) if rng.random() < 0.8 else degree
        for (centre, silence), taste in zip(hands, liked, strict=True):
            if rng.random() < silence:
                continue
            middle = int(np.abs(scale - centre).argmin())
            middle += (degree - middle) % 7 - (7 if rng.random() < 0.5 else 0)
            figure = _FIGURES[int(rng.choice(len(_FIGURES), p=taste))]
            for first, length, index in figure(rng, middle, bar, unit):
                if 0 <= index < len(scale):
                    held = max(1, round(length * legato))
                    notes.append((start + first, start + first + held, int(scale[index])))
    return roll_of(np.array([n for n in notes if n[0] < steps], dtype=np.int64).reshape(-1, 3), steps)


def _scale_keys(rng: Generator) -> NDArray[np.int64]:
    root = int(rng.integers(12))
    kind = _MAJOR if rng.random() < 0.6 else _MINOR
    return np.array([key for key in range(NUM_KEYS) if (key + _LOWEST_A - root) % 12 in kind])


Figure = list[tuple[int, int, int]]
"""Notes of a bar: first step, length in steps, index in the scale."""


def _melody(rng: Generator, middle: int, bar: int, unit: int) -> Figure:
    notes: Figure = []
    step, index = 0, middle + int(rng.integers(-3, 4))
    harmony = int(rng.choice([0, 0, 2, 5]))  # thirds or sixths below
    while step < bar:
        length = unit * int(rng.choice([1, 1, 2, 2, 3, 4]))
        notes.append((step, length, index))
        if harmony:
            notes.append((step, length, index - harmony))
        index += int(rng.choice([-4, -3, -2, -1, -1, 0, 1, 1, 2, 3, 4]))
        index = int(np.clip(index, middle - 7, middle + 7))
        step += length
    return notes


def _scale_run(rng: Generator, middle: int, bar: int, unit: int) -> Figure:
    direction = int(rng.choice([-1, 1]))
    length = max(2, unit // 2)
    first = middle - direction * 4
    return [(step, length, first + direction * i) for i, step in enumerate(range(0, bar, length))]


def _broken_chord(rng: Generator, middle: int, bar: int, unit: int) -> Figure:
    shapes = ((0, 4, 2, 4), (0, 2, 4, 7, 4, 2), (0, 4, 7, 9, 7, 4), (0, 2, 4), (7, 4, 2, 0))
    shape = shapes[int(rng.integers(len(shapes)))]
    length = max(2, unit // int(rng.choice([1, 2])))
    return [(step, length, middle + shape[i % len(shape)]) for i, step in enumerate(range(0, bar, length))]


def _block_chords(rng: Generator, middle: int, bar: int, unit: int) -> Figure:
    shapes = ((0, 2, 4), (0, 2, 4, 7), (0, 4), (0, 3, 5), (0, 4, 7), (0, 2))
    length = unit * int(rng.choice([1, 2, 4, 8]))
    notes: Figure = []
    for step in range(0, bar, length):
        base = middle + int(rng.choice([0, 0, 0, 3, 4, -3]))
        shape = shapes[int(rng.integers(len(shapes)))]
        notes += [(step, min(length, bar - step), base + i) for i in shape]
    return notes


def _octaves(rng: Generator, middle: int, bar: int, unit: int) -> Figure:
    length = unit * int(rng.choice([1, 2]))
    alternate = rng.random() < 0.5
    notes: Figure = []
    index = middle
    for i, step in enumerate(range(0, bar, length)):
        pair = (index + 7 * (i % 2),) if alternate else (index, index + 7)
        notes += [(step, length, k) for k in pair]
        if not alternate or i % 2:
            index += int(rng.choice([-2, -1, 0, 1, 2]))
    return notes


_FIGURES = (_melody, _scale_run, _broken_chord, _block_chords, _octaves)
