"""Causes of errors on hand-made rolls, and their sums against the scores."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from pianomime_core.error_counts import Counts, ErrorTable, Tally
from pianomime_core.error_table import error_table
from pianomime_core.metrics import score


def roll(keys: dict[int, str]) -> NDArray[np.bool_]:
    """One line a key, one letter a frame: # is down."""
    frames = np.zeros((len(next(iter(keys.values()))), 88), bool)
    for key, line in keys.items():
        frames[:, key] = [letter == "#" for letter in line.replace(" ", "")]
    return frames


def table(wanted: dict[int, str], pressed: dict[int, str], *plan: tuple[int, int, int, int]) -> ErrorTable:
    """Errors of drawn rolls; `plan` holds (onset, release, key, finger) of the notes."""
    fingers = tuple(np.array(plan, np.int64).T) if plan else None
    return error_table(roll(wanted), roll(pressed), fingers)


def counted(counts: Counts) -> dict[str, Any]:
    """What is not 0, without the matched onsets; a tally as (note-frames, notes). Not by finger."""
    found = {}
    for name, value in vars(counts).items():
        value = (value.note_frames, value.notes) if isinstance(value, Tally) else value
        if value not in (0, (0, 0), None) and name != "matched" and not isinstance(value, Counts):
            found[name] = value
    return found


def test_a_perfect_performance_has_no_errors() -> None:
    tune = {40: "###.##..", 47: ".####..#"}
    errors = table(tune, tune, (0, 3, 40, 5), (1, 5, 47, 0), (4, 6, 40, 9), (7, 8, 47, 1))
    assert errors.reference == errors.estimated == Tally(10, 4)
    assert counted(errors.missed) == counted(errors.missed.never_pressed_by) == {}
    assert counted(errors.wrong) == counted(errors.reference_onsets) == counted(errors.estimated_onsets) == {}
    assert errors.late_by_steps == (0, 0, 0, 0, 0)
    assert errors.reference_onsets.matched == errors.estimated_onsets.matched == 4
    assert counted(errors.reference_by_finger) == {"thumb": (3 + 4, 2), "index": (1, 1), "little": (2, 1)}


def test_a_note_that_comes_late_has_a_gap_and_ends_early() -> None:
    errors = table({40: ".########."}, {40: "...##.#..."})
    assert counted(errors.missed) == {"late_onset": (2, 1), "gap": (1, 1), "released_early": (2, 1)}
    assert errors.late_by_steps == (0, 1, 0, 0, 0)
    assert counted(errors.reference_onsets) == {"late": 1}
    assert counted(errors.estimated_onsets) == {"late": 1, "repress": 1}


def test_notes_are_counted_once_however_many_frames_they_lose() -> None:
    errors = table(
        {40: "###.######.######", 50: "########........."},
        {40: "....##.##........", 50: ".######.........."},
    )
    assert counted(errors.missed) == {
        "never_pressed": (3 + 6, 2),
        "late_onset": (1, 1),
        "gap": (1, 1),
        "released_early": (1 + 1, 2),
    }
    assert errors.late_by_steps == (1, 0, 0, 0, 0)


def test_late_notes_by_their_steps() -> None:
    errors = table({40: "#######.", 41: "#######.", 42: "###.###."}, {40: ".....##.", 41: "......#.", 42: ".##....#"})
    assert errors.late_by_steps == (1, 0, 0, 0, 2)
    assert errors.missed.never_pressed == Tally(3, 1)


def test_what_the_plan_gives_up_goes_before_what_goes_wrong() -> None:
    wanted = {40: "########", 41: "########", 42: "########", 43: "########", 44: "########"}
    pressed = {40: ".#....#.", 41: "........", 42: "..####..", 43: "........", 44: "......#."}
    plan = ((0, 5, 40, 0), (0, 6, 41, 9), (0, 8, 42, -1), (0, 8, 43, 3), (0, 4, 44, 2))
    missed = table(wanted, pressed, *plan).missed
    assert missed.no_finger == Tally(4, 1)  # what is pressed of 42 by accident is right
    assert missed.let_go == Tally(2 + 2 + 3, 3)
    assert missed.never_pressed == Tally(6 + 8, 2)
    assert counted(missed.never_pressed_by) == {"little": (6, 1), "ring": (8, 1)}
    assert missed.late_onset == Tally(1 + 4, 2)
    assert missed.gap == Tally(3, 1)
    assert missed.released_early == Tally(0, 0)


def test_without_fingers_nothing_is_said_of_them() -> None:
    errors = table({40: "##"}, {40: ".."})
    assert errors.missed.no_finger is errors.missed.let_go is errors.missed.never_pressed_by is None
    assert errors.reference_by_finger is None
    assert set(errors.as_dict()["missed"]) == {"never_pressed", "late_onset", "released_early", "gap"}
    assert "wanted_by" not in errors.as_dict()


def test_a_note_without_a_plan_has_no_finger() -> None:
    assert table({40: "###", 50: "###"}, {40: "...", 50: "..."}, (0, 3, 50, 1)).missed.no_finger == Tally(3, 1)


@pytest.mark.parametrize("begin", [(0, 41), (1, 40), (7, 40)])
def test_a_plan_of_other_notes_is_refused(begin: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=f"step {begin[0]} on key {begin[1]}"):
        table({40: "##."}, {40: "##."}, (begin[0], 2, begin[1], 0))


def test_wrong_keys_by_what_is_wanted_around_them() -> None:
    errors = table(
        {40: "###.......##", 60: "........####"},
        {
            40: "#######.##..",  # 3 frames late, one too many, two before the next note
            42: "...##.......",  # beside 40, up to its third frame after
            58: "....###.....",  # beside 60 in its last frame only: two frames before it is wanted
            70: "#...........",
        },
    )
    assert counted(errors.wrong) == {
        "late_release": (3, 1),
        "early_press": (2, 1),
        "neighbour": (2 + 1, 2),
        "other": (1 + 2 + 1, 3),
    }


def test_a_key_that_does_not_come_up_between_two_notes() -> None:
    errors = table({40: "###.###.###"}, {40: "#######.###"})
    assert counted(errors.reference_onsets) == {"not_released": 1}
    assert counted(errors.estimated_onsets) == {}
    assert counted(errors.wrong) == {"late_release": (1, 1)}
    assert counted(errors.missed) == {}


def test_a_key_pressed_long_before_its_note() -> None:
    errors = table({40: "##......####"}, {40: "##...######."})
    assert counted(errors.reference_onsets) == {"early": 1}
    assert counted(errors.estimated_onsets) == {"other": 1}
    assert counted(errors.wrong) == {"early_press": (2, 1), "other": (1, 1)}
    just = table({40: "...###"}, {40: ".#####"})
    assert counted(just.reference_onsets) == counted(just.estimated_onsets) == {"early": 1}


def test_onsets_of_missed_notes_and_of_their_neighbours() -> None:
    errors = table({40: ".####....", 50: ".####...."}, {41: ".####....", 50: "........#", 52: "........#"})
    assert counted(errors.reference_onsets) == {"missed": 2}
    # 50 and 52 come down four frames after the last wanted one.
    assert counted(errors.estimated_onsets) == {"neighbour": 1, "other": 2}


def test_a_key_that_bounces_is_pressed_again() -> None:
    errors = table({40: "#####...."}, {40: "##.##.#.."})
    assert counted(errors.estimated_onsets) == {"repress": 2}
    assert errors.reference_onsets.matched == errors.estimated_onsets.matched == 1


def test_a_note_that_comes_when_it_is_over() -> None:
    errors = table({40: "###...."}, {40: "....##."})
    assert counted(errors.missed) == {"never_pressed": (3, 1)}
    assert counted(errors.reference_onsets) == {"missed": 1}
    assert counted(errors.estimated_onsets) == {"late": 1}


def test_silence_and_idleness() -> None:
    nothing, something = {40: "...."}, {40: ".##."}
    assert counted(table(nothing, nothing).wrong) == {}
    assert counted(table(nothing, something).wrong) == {"other": (2, 1)}
    assert counted(table(something, nothing).missed) == {"never_pressed": (2, 1)}


few_keys = arrays(bool, (30, 6))


@settings(deadline=None)
@given(few_keys, few_keys, st.integers(0, 2**32 - 1))
def test_every_error_is_counted_once(goal_keys: Any, pressed_keys: Any, seed: int) -> None:
    goal, pressed = np.zeros((2, 30, 88), bool)
    goal[:, 40:46], pressed[:, 40:46] = goal_keys, pressed_keys
    onset, key = np.nonzero(goal & ~np.vstack([np.zeros((1, 88), bool), goal[:-1]]))
    random = np.random.default_rng(seed)
    finger = random.integers(-1, 10, len(onset))
    release = onset + random.integers(1, 6, len(onset))
    errors, unknown = error_table(goal, pressed, (onset, release, key, finger)), error_table(goal, pressed)
    for found in (errors, unknown):
        assert found.missed.note_frames == np.sum(goal & ~pressed)
        assert found.wrong.note_frames == np.sum(pressed & ~goal)
        assert sum(found.late_by_steps) == found.missed.late_onset.notes
        assert sum(vars(found.reference_onsets).values()) == len(onset) == found.reference.notes
        assert sum(vars(found.estimated_onsets).values()) == found.estimated.notes
    by_finger = list(vars(errors.missed.never_pressed_by).values())
    assert sum(by_finger[1:], by_finger[0]) == errors.missed.never_pressed
    assert unknown.reference_onsets == errors.reference_onsets
    card = score(goal, pressed)
    assert errors.reference_onsets.matched == errors.estimated_onsets.matched
    assert errors.reference_onsets.matched == pytest.approx(card.onset_recall * len(onset) if len(onset) else 0)


def test_tables_of_songs_add_up() -> None:
    one = table({40: "######."}, {40: ".##.#.#"}, (0, 6, 40, 1))
    two = table({40: "##.....", 52: "######."}, {40: ".......", 52: "..#####"}, (0, 2, 40, 9), (0, 6, 52, 4))
    both = one + two
    assert both.reference == Tally(14, 3)
    assert both.missed.never_pressed == Tally(2, 1)
    assert both.missed.late_onset == Tally(3, 2)
    assert both.late_by_steps == (1, 1, 0, 0, 0)
    assert counted(both.reference_by_finger) == {"index": (6, 1), "little": (8, 2)}
    assert both.as_dict()["missed"]["gap"] == {"key_frames": 1, "notes": 1}


def test_known_and_unknown_fingers_do_not_add_up() -> None:
    with pytest.raises(ValueError, match="fingers"):
        table({40: "#"}, {40: "#"}) + table({40: "#"}, {40: "#"}, (0, 1, 40, 0))


def test_rolls_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in shape"):
        table({40: "##"}, {40: "###"})
