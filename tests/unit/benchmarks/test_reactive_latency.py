"""Live input is what it claims to be, and latencies are counted as by hand."""

from itertools import pairwise

import numpy as np
import pytest
from benchmarks import reactive_latency
from benchmarks.reactive_latency import (
    WITHIN_S,
    ReactiveLatencyOptions,
    WatchedSimulator,
    add_row,
    answer_table,
    answers,
    live_rolls,
    live_song,
    main,
    melody,
    play_live,
)

from pianomime.files.songs import find_song
from pianomime_core.errors import UserError
from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_core.notes import Note, Score
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.registry import make_controller


def pressed_at(physics_steps: int, *presses: tuple[int, int, int]) -> np.ndarray:
    """Presses are (pitch, first physics step, step after the last)."""
    pressed = np.zeros((physics_steps, 88), bool)
    for pitch, first, end in presses:
        pressed[first:end, pitch - LOWEST_PITCH] = True
    return pressed


@pytest.mark.parametrize("seed", range(20))
def test_a_melody_is_for_one_hand_in_five_finger_position(seed):
    notes = melody(np.random.default_rng(seed), 15.0).notes
    assert len(notes) >= 10
    assert len({note.pitch for note in notes}) <= 5
    assert max(n.pitch for n in notes) - min(n.pitch for n in notes) <= 8
    assert 1.0 - 0.05 < notes[0].onset_s < 1.1
    for note, after in pairwise(notes):
        assert note.onset_s < after.onset_s
        assert note.pitch != after.pitch or note.offset_s < after.onset_s


def test_melodies_come_at_any_time_and_in_any_place():
    melodies = [melody(np.random.default_rng(seed), 10.0) for seed in range(40)]
    phases = np.array([note.onset_s % 0.05 for one in melodies for note in one.notes]) / 0.05
    assert np.histogram(phases, bins=4, range=(0, 1))[0].min() > 0.2 * len(phases)
    assert len({min(n.pitch for n in one.notes) for one in melodies}) > 15


def test_a_song_is_as_long_as_asked():
    notes = live_song(find_song("twinkle"), np.random.default_rng(0), 6.0).notes
    assert 1.0 <= notes[0].onset_s <= 1.05
    assert max(note.onset_s for note in notes) < 6.0 - WITHIN_S
    assert all(note.onset_s < note.offset_s <= 6.0 for note in notes)


def test_the_robot_sees_what_is_held_when_a_step_begins():
    music = Score(notes=(Note(60, 1.01, 1.11), Note(64, 1.101, 1.102)), sustain=(), title="")
    wanted, visible = live_rolls(music)
    assert np.flatnonzero(wanted.goal[:, 60 - LOWEST_PITCH]).tolist() == [20, 21, 22]
    assert np.flatnonzero(visible.goal[:, 60 - LOWEST_PITCH]).tolist() == [21, 22]
    # Struck and let go between two steps: seen for one.
    assert np.flatnonzero(visible.goal[:, 64 - LOWEST_PITCH]).tolist() == [23]


def test_latency_is_the_time_from_note_to_press():
    notes = (Note(62, 2.0, 2.2), Note(60, 1.003, 1.5))
    # A press is known at the end of its physics step of 5 ms.
    latency, wrong = answers(notes, pressed_at(600, (60, 211, 300), (62, 409, 410)))
    np.testing.assert_allclose(latency, [0.05, 0.057])
    assert wrong == 0


def test_each_press_answers_one_note_and_not_before_it_nor_late():
    notes = (Note(60, 1.0, 1.1), Note(60, 1.2, 1.3), Note(62, 1.0, 1.1), Note(64, 1.0, 1.1))
    presses = [(60, 250, 260), (62, 190, 195), (64, 301, 310), (70, 5, 6), (70, 10, 11)]
    latency, wrong = answers(notes, pressed_at(600, *presses))
    np.testing.assert_allclose(latency[0], 0.255)
    assert np.isinf(latency[1:]).all()
    assert wrong == 4  # before the note, after half a second, twice on a key nobody wants


def test_watching_changes_nothing_and_sees_every_physics_step():
    scene = SceneConfig()
    watched, plain = WatchedSimulator(scene), Simulator(scene)
    random = np.random.default_rng(0)
    lowest, highest = plain.target_range.T
    watched.reset(), plain.reset()
    for _ in range(5):
        targets = random.uniform(lowest, highest)
        seen, state = watched.step(targets), plain.step(targets)
        assert np.array_equal(seen.joint_positions, state.joint_positions)
        assert np.array_equal(watched.pressed[-1], state.key_pressed)
    assert len(watched.pressed) == 50


def test_idle_plays_nothing_and_the_table_says_so():
    scene = SceneConfig()
    music = melody(np.random.default_rng(0), 2.0)
    answer = play_live(WatchedSimulator(scene), make_controller("idle", scene), music)
    assert np.isinf(answer.latency_s).all()
    assert answer.wrong == 0
    table = answer_table()
    add_row(table, "a melody", "idle", [answer])
    cells = [next(iter(column.cells)) for column in table.columns]
    assert cells[:7] == ["a melody", "idle", str(len(music.notes)), "-", "-", "-", "0.000"]


def test_reactive_plays_a_melody():
    scene = SceneConfig()
    music = melody(np.random.default_rng(0), 6.0)
    answer = play_live(WatchedSimulator(scene), make_controller("reactive", scene), music)
    assert np.median(answer.latency_s) <= 0.15
    assert np.isfinite(answer.latency_s).mean() >= 0.9
    assert 0.8 < answer.f1 <= answer.instant_f1 < 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (ReactiveLatencyOptions(controllers=("streaming",)), "'streaming' wants to see ahead"),
        (ReactiveLatencyOptions(setting="loud"), "'loud'.*benchmark.*musical"),
        (
            ReactiveLatencyOptions(controllers=("demo",), setting="musical"),
            "'demo' does not play in the setting 'musical'",
        ),
    ],
)
def test_bad_options_are_refused_before_anything_is_played(options, words, monkeypatch):
    monkeypatch.setattr(reactive_latency, "play_live", pytest.fail)
    with pytest.raises(UserError, match=words):
        main(options)
