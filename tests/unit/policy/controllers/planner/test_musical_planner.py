"""The planner in the setting "musical": notes sound when and as loud as they are written."""

import numpy as np
import pytest

from pianomime.episodes.episode import play_episode
from pianomime.episodes.listener import Listener
from pianomime_core.errors import UserError
from pianomime_core.key_events import pedal_events
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import PianoRoll, piano_roll
from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_physics.observed_simulator import ObservedSimulator
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.controller import Observation
from pianomime_policy.controllers.planner.musical_planner import MusicalPlanner
from pianomime_policy.controllers.registry import make_controller

SOFT, LOUD = 35, 85
PITCHES = (72, 45, 76, 48, 79, 52, 74, 47, 77, 50, 72, 45)
"""White keys, right and left hand in turn."""


def tune() -> Score:
    """A dozen single notes, loud and soft by twos, none at a multiple of 50 ms."""
    onsets_s = [1.0 + 0.4 * i + 0.0031 * (1 + 5 * i % 14) for i in range(len(PITCHES))]
    notes = (
        Note(pitch, onset_s, onset_s + 0.32, LOUD if i // 2 % 2 else SOFT)
        for i, (pitch, onset_s) in enumerate(zip(PITCHES, onsets_s, strict=True))
    )
    return Score(tuple(notes))


@pytest.fixture(scope="module")
def heard() -> tuple[Note, ...]:
    listener = Listener()
    simulator = ObservedSimulator(listener.observe)
    planner = make_controller("streaming", SceneConfig(), setting=Setting.MUSICAL)
    rollout = play_episode(simulator, planner, piano_roll(tune(), trim=False))
    assert rollout.rows_per_step == 5
    return listener.heard(rollout).notes


def test_the_tune_is_off_the_grid() -> None:
    away_s = [abs(note.onset_s - 0.05 * round(note.onset_s / 0.05)) for note in tune().notes]
    assert min(away_s) > 0.002
    assert max(away_s) > 0.02


def test_every_note_is_heard_once(heard: tuple[Note, ...]) -> None:
    assert [note.pitch for note in heard] == list(PITCHES)


def test_notes_sound_when_they_are_due(heard: tuple[Note, ...]) -> None:
    late_s = np.array([note.onset_s for note in heard]) - [note.onset_s for note in tune().notes]
    assert np.abs(late_s - np.median(late_s)).max() < 0.012


def test_a_loud_note_is_louder_than_a_soft_one(heard: tuple[Note, ...]) -> None:
    loud, soft = (
        [note.velocity for note, written in zip(heard, tune().notes, strict=True) if written.velocity == velocity]
        for velocity in (LOUD, SOFT)
    )
    assert min(loud) > max(soft)


def test_the_pedal_moves_as_late_as_notes_sound_and_is_lifted_however_short() -> None:
    moved = (0.113, True), (0.52, False), (0.526, True), (0.7, False)
    planner = make_controller("streaming", SceneConfig(), setting=Setting.MUSICAL)
    rollout = play_episode(Simulator(), planner, piano_roll(Score((Note(60, 0.0, 1.0),), moved)))
    events = pedal_events(rollout.pedal, rollout.dt)
    assert [event.down for event in events] == [True, False, True, False]
    assert [event.time_s for event in events] == pytest.approx([0.14, 0.55, 0.56, 0.73])
    frames = np.flatnonzero(rollout.frames().goal_pedal).tolist()
    assert frames == [*range(2, 14)], "the goal has rows, and no row shows that it was lifted"


def test_rows_alone_are_refused_in_one_line() -> None:
    planner = make_controller("streaming", SceneConfig(), setting=Setting.MUSICAL)
    assert isinstance(planner, MusicalPlanner)
    roll = piano_roll(tune(), trim=False)
    rows = PianoRoll(roll.goal, roll.sustain)
    nothing = np.zeros(54)
    for refuse in (
        lambda: play_episode(Simulator(), planner, rows),
        lambda: planner.start(rows.goal, rows.sustain),
        lambda: planner.act(Observation(0, rows.goal, rows.sustain, nothing, nothing, np.zeros(88))),
    ):
        with pytest.raises(UserError, match=r"given rows alone: play in the setting benchmark$"):
            refuse()
