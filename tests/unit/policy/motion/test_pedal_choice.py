"""The pedal by choice is the best of all pedals, and a plan presses it only where nothing is written."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from pianomime_core.notes import Note
from pianomime_core.visible_notes import visible_notes
from pianomime_policy.fingering.fingering import FingeringConfig
from pianomime_policy.fingering.release import ReleaseConfig
from pianomime_policy.motion.hand_path import HandPathConfig
from pianomime_policy.motion.motion_timing import BENCHMARK, MUSICAL, MotionTiming
from pianomime_policy.motion.pedal_choice import LetGo, PedalChoice, PedalConfig
from pianomime_policy.motion.song_plan import SongPlan

CONFIG = PedalConfig(late_steps=0.5, early_steps=0.0, tolerance_steps=1.0, tolerance_share=0.2, edge=0.5, price=0.5)


def let_go(*notes: tuple[float, float, float, int]) -> LetGo:
    """Notes by onset, release, end and key."""
    columns = (np.array(column, float) for column in zip(*notes, strict=True))
    onset, release, end, key = columns
    return LetGo(onset, release, end, key.astype(np.int64))


def pedal(notes: LetGo, rows: int, config: PedalConfig = CONFIG) -> list[bool]:
    choice = PedalChoice(config)
    return [choice.is_down(step, rows, notes) for step in range(rows)]


def worth(pattern: tuple[bool, ...], notes: LetGo) -> float:
    """Count the notes that end in time, note by note and row by row, less what presses cost."""
    rows = len(pattern)
    total = -CONFIG.price * sum(now and not before for before, now in zip((False, *pattern), pattern, strict=False))
    for onset, release, end, key in zip(*notes, strict=True):
        row = int(np.floor(release + CONFIG.late_steps))
        until, to_the_end = release, False
        if row < rows and pattern[row]:
            up = next((k for k in range(row, rows) if not pattern[k]), rows)
            again = min((o for o, k in zip(notes.onset, notes.key, strict=True) if k == key and o > onset), default=1e9)
            until, to_the_end = max(release, min(up - CONFIG.late_steps, again)), up == rows and again == 1e9
        if np.isinf(end):
            total += to_the_end
            continue
        off = abs(until - end) / max(1.0, 0.2 * (end - onset))
        total += (1 - 0.5 * off**2) * (off <= 1)
    return float(total)


@pytest.mark.parametrize("seed", range(8))
def test_no_pedal_is_better(seed: int) -> None:
    rng, rows, count = np.random.default_rng(seed), 11, 7
    onset = rng.uniform(-2.0, 8.0, count)
    end = onset + rng.uniform(0.5, 10.0, count)
    release = np.where(rng.random(count) < 0.6, onset + rng.uniform(0.1, 1.0, count) * (end - onset), end)
    end[(end > rows) & (rng.random(count) < 0.7)] = np.inf
    notes = LetGo(onset, release, end, rng.integers(0, 4, count))
    best = max(worth(pattern, notes) for pattern in product((False, True), repeat=rows))
    assert worth(tuple(pedal(notes, rows)), notes) == pytest.approx(best)


def test_it_is_down_from_before_a_note_is_let_go_until_it_should_end() -> None:
    """A row begins half a step earlier in the time of the notes, which sound so much later than written."""
    assert np.flatnonzero(pedal(let_go((0, 4.2, 10.5, 40)), 20)).tolist() == [*range(4, 11)]
    assert not any(pedal(let_go((0, 10.5, 10.5, 40)), 20)), "it is held"
    assert not any(pedal(let_go((0, 9.6, 10.5, 40)), 20)), "early, but within the tolerance"


def test_it_is_not_pressed_where_more_notes_would_ring_on() -> None:
    early = (0.0, 4.2, 12.0, 40)
    assert any(pedal(let_go(early), 20))
    assert not any(pedal(let_go(early, (3.0, 6.0, 6.0, 50), (6.0, 9.0, 9.0, 52)), 20))


def test_the_same_key_ends_what_the_pedal_holds() -> None:
    """One of two notes ends in time, or both if the key of the shorter one is struck again when that should end."""
    short, long = (0.0, 4.2, 7.5, 40), (0.0, 4.2, 14.5, 50)
    assert np.flatnonzero(pedal(let_go(short, long), 20)).tolist() == [*range(4, 8)]
    pattern = tuple(pedal(let_go(short, long, (7.5, 18.0, 18.0, 40)), 20))
    assert np.flatnonzero(pattern).tolist() == [*range(4, 15)]
    assert worth(pattern, let_go(short, long)) == 1 - CONFIG.price
    assert worth(pattern, let_go(short, long, (7.5, 18.0, 18.0, 40))) == 3 - CONFIG.price


def test_hands_that_leave_let_go_sooner() -> None:
    down = np.flatnonzero(pedal(let_go((0, 4.6, 12.0, 40)), 20, replace(CONFIG, early_steps=0.7)))
    assert down[0] <= 3.9 + CONFIG.late_steps < 4.6 + CONFIG.late_steps
    assert np.flatnonzero(pedal(let_go((0, 4.6, 12.0, 40)), 20))[0] == 5


def test_only_what_is_near_decides() -> None:
    assert not any(pedal(let_go((0, 4.2, 12.0, 40)), 20, replace(CONFIG, ahead_steps=3))[:2])


def planned_pedal(*written: tuple[float, bool], timing: MotionTiming = MUSICAL) -> list[int]:
    """The rows in which it is down for two hands that hold a note each when a third one comes, far from both; all end
    after two seconds."""
    plan = SongPlan(FingeringConfig(), ReleaseConfig(), HandPathConfig(), None, timing=timing)
    notes = [Note(36, 0.0, 2.0), Note(60, 0.0, 2.0), Note(96, 0.6, 2.0)]
    plan.update_notes(visible_notes(notes, written), np.zeros(60, bool), 0)
    return np.flatnonzero([plan.pedal(step) for step in range(60)]).tolist()


def test_a_plan_presses_it_where_a_hand_must_let_go() -> None:
    down = planned_pedal()
    assert down == [*range(down[0], down[-1] + 1)]
    assert 0 < down[0] < 5 * 12, "it begins in step 12"
    assert 5 * 39 <= down[-1] < 5 * 42, "all end in step 40"


def test_a_written_pedal_is_followed_alone() -> None:
    """25 ms late, as keys sound, from the next part of a step on; where it is lifted and pressed again at once, it is
    up for one part."""
    written = (1.001, True), (1.5, False), (1.507, True), (1.6, False)
    assert planned_pedal(*written) == [*range(103, 153), *range(154, 163)]
    assert planned_pedal((0.0, True)) == [*range(3, 300)]
    assert planned_pedal(*written, timing=BENCHMARK) == [*range(21, 30), 31]
