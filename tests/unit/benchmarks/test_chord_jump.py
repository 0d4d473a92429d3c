"""The jumps are what they claim to be, and losses are counted as by hand."""

import numpy as np
import pytest
from benchmarks.chord_jump import CHORD_STEPS, ChordJumpOptions, chord_roll, jump_loss, jump_table, measure

from pianomime_core.errors import UserError
from pianomime_core.keyboard import LOWEST_PITCH

C2, E2, G2, C5, E5, G5 = (pitch - LOWEST_PITCH for pitch in (36, 40, 43, 72, 76, 79))
D2 = 38 - LOWEST_PITCH


def test_triads_go_up_and_down_on_white_keys() -> None:
    goal = chord_roll(keys=1, rest_steps=3, start=0, jumps=2).goal
    assert goal.shape == (3 * (CHORD_STEPS + 3), 88)
    assert np.flatnonzero(goal[0]).tolist() == [C2, E2, G2, C5, E5, G5]
    # D minor: D F A.
    assert np.flatnonzero(goal[CHORD_STEPS + 3]).tolist() == [key + 2 for key in (C2, E2 - 1, G2, C5, E5 - 1, G5)]
    assert not goal[CHORD_STEPS : CHORD_STEPS + 3].any()
    np.testing.assert_array_equal(goal[2 * (CHORD_STEPS + 3) :], goal[: CHORD_STEPS + 3])


def test_losses_are_those_of_the_notes_that_change() -> None:
    goal = chord_roll(keys=1, rest_steps=0, start=0, jumps=1).goal
    pressed = goal.copy()
    pressed[CHORD_STEPS - 2 : CHORD_STEPS, C2] = False  # let go 2 steps early
    pressed[CHORD_STEPS : CHORD_STEPS + 3, D2] = False  # 3 steps late
    pressed[CHORD_STEPS, 87] = True
    pressed[0], pressed[-1] = False, False  # the beginning and the end are no jump
    loss = jump_loss(goal, pressed, keys=1, rest_steps=0)
    assert (loss.early, loss.late, loss.wrong) == pytest.approx((2 / 6, 3 / 6, 1 / 6))
    assert loss.lost == pytest.approx(5 / 6)
    assert loss.distance_m == pytest.approx(0.0235)


def test_nobody_who_plays_nothing_is_late_by_half_a_chord() -> None:
    options = ChordJumpOptions(controller="idle", keys=(1, 5), rest_steps=(0, 2), starts=(0, 1), jumps=1)
    losses = measure(options)
    assert [(round(1e3 * loss.distance_m, 1), loss.rest_s) for loss in losses] == [
        (23.5, 0.0), (117.5, 0.0), (23.5, 0.1), (117.5, 0.1),
    ]  # fmt: skip
    assert all((loss.early, loss.late, loss.wrong) == (CHORD_STEPS / 2, CHORD_STEPS / 2, 0.0) for loss in losses)
    assert jump_table(losses).row_count == 4


@pytest.mark.parametrize("kind", [(0, 0, 0, 1), (30, 0, 0, 1), (1, 0, -1, 1), (1, -1, 0, 1), (1, 0, 0, 0)])
def test_impossible_jumps_are_refused(kind: tuple[int, int, int, int]) -> None:
    with pytest.raises(UserError, match="want"):
        chord_roll(*kind)
