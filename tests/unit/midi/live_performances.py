"""Music that is played live into a goal, event by event: random notes, notes on the beat, a held pedal."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pianomime_core.goal_window import GoalRows, NoteEvent, note_events
from pianomime_core.notes import Note, Score
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_midi.live_goal import WIRE_S, EchoGoal

STEP_0_S = 1000.3


def random_score(rng: np.random.Generator) -> Score:
    """Notes that begin and end anywhere but within JITTER_S of where a row more or less would begin."""
    rows = np.sort(rng.integers(0, 100, 60))
    onsets = rows / 20 + rng.uniform(0.001, 0.039, 60)
    ends = (rows + rng.choice([1, 2, 3, 15], 60)) / 20 + rng.uniform(0.011, 0.049, 60)
    louds = rng.integers(1, 128, 60)
    notes = [
        Note(int(rng.integers(50, 60)), float(onset), float(end), int(loud))
        for onset, end, loud in zip(onsets, ends, louds, strict=True)
    ]
    pedal = tuple((0.05 * int(row) + 0.02, k % 2 == 0) for k, row in enumerate(np.sort(rng.integers(0, 100, 6))))
    return Score((Note(70, 0.0, 0.33), *notes), pedal, "")


def beat_score(rng: np.random.Generator) -> Score:
    """Notes as a sequencer writes them, each key free again before it is struck again: all on borders of rows."""
    notes = []
    for pitch in range(50, 60):
        row = int(rng.integers(0, 4))
        while row < 100:
            length = int(rng.integers(1, 8))
            notes.append(Note(pitch, row / 20, (row + length) / 20))
            row += length + int(rng.integers(0, 3))
    return Score((Note(70, 0.0, 0.5), *notes), (), "")


def played_live(
    goal, score: Score, first_onset_s: float, steps: int, lateness_s, jitter_s=float
) -> tuple[dict[int, tuple], int]:
    """The windows of steps 1.. of a performance, and the step of row 0.

    `lateness_s` says how late each step is, `jitter_s` how late each event.
    """
    # A Score that begins at 0 arrives at first_onset_s; events are read at most WIRE_S later.
    events = [replace(event, time_s=first_onset_s + event.time_s + jitter_s()) for event in note_events(score)]
    windows, first = {}, None
    for step in range(1, steps):
        now_s = STEP_0_S + step * CONTROL_TIMESTEP_S + lateness_s(step)
        while events and events[0].time_s <= now_s - 0.9 * WIRE_S:
            goal.receive(events.pop(0))
        windows[step] = goal.window(step, now_s)
        first = first or goal.first_step
    assert not events
    return windows, first


def two_pieces_with_pedal(goal: EchoGoal) -> Iterator[GoalRows]:
    """The windows of a key that is struck twice, 2.5 s apart, while the pedal is held."""
    for step in range(1, 100):
        now_s = STEP_0_S + step * CONTROL_TIMESTEP_S
        if step == 5:
            goal.receive(NoteEvent(now_s, True))
        if step in (10, 60):
            goal.receive(NoteEvent(now_s, True, 60))
        if step in (12, 62):
            goal.receive(NoteEvent(now_s, False, 60))
        yield goal.window(step, now_s)
