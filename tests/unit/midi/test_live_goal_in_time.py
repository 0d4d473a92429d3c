"""Windows of a live keyboard in the musical setting against the notes that were played."""

from dataclasses import replace

import numpy as np
import pytest
from live_performances import STEP_0_S, beat_score, played_live, two_pieces_with_pedal

from pianomime_core.goal_window import roll_window
from pianomime_core.piano_roll import piano_roll
from pianomime_core.setting import Setting
from pianomime_midi.live_goal import EchoGoal, live_goal

HORIZON = 40


@pytest.mark.parametrize("seed", range(5))
def test_in_the_musical_setting_windows_have_the_notes_as_they_were_played(seed):
    """Off the beat by what the setting "benchmark" would put on it; each key free before it is struck again."""
    rng = np.random.default_rng(seed)
    score = beat_score(rng)
    moved = [
        replace(note, onset_s=note.onset_s + float(rng.uniform(0, 0.009)), offset_s=note.offset_s - 0.001)
        for note in score.notes[1:]
    ]
    pedal = (0.313, True), (1.207, False), (1.219, True), (3.1, False)
    score = replace(score, notes=tuple(sorted((score.notes[0], *moved), key=lambda note: note.onset_s)), sustain=pedal)
    roll = piano_roll(score)
    goal = EchoGoal(HORIZON, HORIZON, Setting.MUSICAL)
    windows, first = played_live(goal, score, STEP_0_S + 0.7, len(roll) + 150, lambda step: 0.0)
    assert len(windows[1].notes) == 0
    for step in range(first, first + len(roll)):
        truth, notes = roll_window(roll, step - first, HORIZON).notes, windows[step].notes
        assert np.array_equal(notes.key, truth.key)
        assert notes.onset_s == pytest.approx(truth.onset_s + first / 20, abs=1e-8)
        assert notes.end_s == pytest.approx(truth.end_s + first / 20, abs=1e-8)
        assert np.array_equal(notes.velocity, truth.velocity)
        assert notes.pedal_s == pytest.approx(truth.pedal_s + first / 20, abs=1e-8)
        assert np.array_equal(windows[step].sustain, roll_window(roll, step - first, HORIZON).sustain)
    assert windows[first].goal.any()
    assert len(windows[first + 20].notes.pedal_s) == 2


def test_the_pedal_of_music_comes_up_between_pieces_and_is_held_in_the_next():
    goal = EchoGoal(2, 2, Setting.MUSICAL)
    pedal_s, sustain = [], []
    for window in two_pieces_with_pedal(goal):
        pedal_s += window.notes.pedal_s.tolist()
        sustain.append(bool(window.sustain[0]))
        assert window.goal[0].any() <= sustain[-1]
    (first_s, second_s), (first_end_s, second_end_s, _) = (
        sorted(set(times_s)) for times_s in zip(*pedal_s, strict=True)
    )
    assert first_s < first_end_s < second_s < second_end_s
    assert not sustain[0]
    assert not sustain[54]


def test_without_delay_or_in_the_benchmark_there_are_no_notes():
    assert EchoGoal(4, 4).window(1, STEP_0_S).notes is None
    assert live_goal(0, Setting.MUSICAL).window(1, STEP_0_S).notes is None
