"""The parts of benchmarks.live_songs that could be wrong unnoticed."""

import numpy as np
import pytest
from benchmarks.live_songs import Comparison, LiveSongsOptions, compare_rollout, excerpt, main

from pianomime_core.errors import UserError
from pianomime_core.hands import FOREARM_DOFS, joint_names, target_names
from pianomime_core.metrics import score
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll
from pianomime_core.rollout import Rollout
from pianomime_core.setting import Setting

SONG = Score(
    notes=(Note(60, 2.0, 3.0, 80), Note(64, 3.0, 5.0, 80), Note(67, 6.0, 7.0, 80)),
    sustain=((2.5, True), (6.5, False)),
    title="three notes",
)


def test_an_excerpt_begins_with_the_first_note_and_is_cut_at_its_end():
    cut = excerpt(SONG, 2.0)
    assert [(note.pitch, note.onset_s, note.offset_s) for note in cut.notes] == [(60, 0.0, 1.0), (64, 1.0, 2.0)]
    assert cut.sustain == ((0.5, True),)


def test_music_is_found_in_a_session_and_its_late_steps_are_counted():
    written = excerpt(SONG, 2.0)
    roll = piano_roll(written).goal
    rest = np.zeros((10, 88), bool)
    goal = np.concatenate([rest, roll, rest])
    pressed = goal.copy()
    pressed[15] = False  # one of 40 rows of one key each
    targets, joints = target_names(FOREARM_DOFS["pianomime"]), joint_names(FOREARM_DOFS["pianomime"])
    live = Rollout(
        goal=goal,
        pressed=pressed,
        targets=np.zeros((len(goal), len(targets)), np.float32),
        target_names=targets,
        joint_names=joints,
        initial_joint_positions=np.zeros(len(joints)),
        dt=0.05,
        metadata={"missed_steps": [3, 12, 15, len(goal) - 1]},
    )
    one = compare_rollout(live, written, "idle", Setting.BENCHMARK)
    assert one.received.f1 == 1.0
    assert (one.missed_steps, one.steps) == (2, int(roll.any(axis=1).sum()))
    assert one.live.micro_recall == pytest.approx(1 - 1 / one.steps)
    assert one.file.recall == one.file.do_nothing_f1
    assert one.heard is None, "targets of 0 press nothing, so that a replay differs"


def test_late_steps_excuse_what_they_cost():
    goal = piano_roll(excerpt(SONG, 2.0)).goal
    worse = goal.copy()
    worse[:2] = False
    full, part = score(goal, goal), score(goal, worse)
    assert Comparison(full, full, part, None, 0, len(goal)).passes
    assert not Comparison(full, part, full, None, 0, len(goal)).passes
    assert Comparison(full, part, full, None, 2, len(goal)).passes


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (LiveSongsOptions(controller="planner"), "whole song"),
        (LiveSongsOptions(controller="nobody"), "unknown controller 'nobody'"),
        (LiveSongsOptions(seconds=0.0), "seconds"),
        (LiveSongsOptions(setting="loud"), "'loud'.*benchmark.*musical"),
    ],
)
def test_bad_options_are_refused(options, words):
    with pytest.raises(UserError, match=words):
        main(options)
