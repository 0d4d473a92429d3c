import numpy as np
import pytest
from viewer_snapshots import snapshot

from pianomime_core.keyboard import KEYBOARD, LOWEST_PITCH
from pianomime_sim.viewers.note_bars import GAP_ROWS, ROW_HEIGHT_M, SHOWN_ROWS, WALL_Z_M, note_bars


def spans(bars) -> list[tuple[float, float]]:
    """Lower and upper end of each bar in rows above the keyboard."""
    low = (bars.centers_m[:, 2] - bars.sizes_m[:, 2] / 2 - WALL_Z_M) / ROW_HEIGHT_M
    high = (bars.centers_m[:, 2] + bars.sizes_m[:, 2] / 2 - WALL_Z_M) / ROW_HEIGHT_M
    return [(round(a, 6), round(b, 6)) for a, b in zip(low, high, strict=True)]


def test_a_run_of_rows_is_one_bar_over_its_key():
    bars = note_bars(snapshot(coming=[[], [60], [60], [60], []]))
    assert spans(bars) == [(1, 4 - GAP_ROWS)]
    key = 60 - LOWEST_PITCH
    assert bars.keys.tolist() == [key]
    assert bars.centers_m[0, 1] == KEYBOARD.center_y_m[key]
    assert bars.sizes_m[0, 1] == KEYBOARD.width_m[key]


def test_a_repeated_note_is_two_bars():
    assert spans(note_bars(snapshot(coming=[[60], [], [60]]))) == [(0, 1 - GAP_ROWS), (2, 3 - GAP_ROWS)]


def test_bars_of_several_keys_come_by_key_and_then_by_time():
    bars = note_bars(snapshot(coming=[[64], [60], [64]]))
    assert (bars.keys + LOWEST_PITCH).tolist() == [60, 64, 64]
    assert spans(bars) == [(1, 2 - GAP_ROWS), (0, 1 - GAP_ROWS), (2, 3 - GAP_ROWS)]


@pytest.mark.parametrize(
    ("elapsed", "span"), [(0.0, (0, 3 - GAP_ROWS)), (0.5, (0, 2.5 - GAP_ROWS)), (1.0, (0, 2 - GAP_ROWS))]
)
def test_a_sounding_note_sinks_into_the_keyboard(elapsed, span):
    bars = note_bars(snapshot(wanted=[60], coming=[[60], [60], []]), elapsed)
    assert spans(bars) == [pytest.approx(span)]


def test_a_note_that_is_over_has_no_bar():
    assert len(note_bars(snapshot(wanted=[60], coming=[[]])).keys) == 0


def test_no_goal_no_bars():
    bars = note_bars(snapshot())
    assert bars.centers_m.shape == bars.sizes_m.shape == (0, 3)


def test_no_more_than_the_shown_rows():
    bars = note_bars(snapshot(coming=[[60]] * (SHOWN_ROWS + 100)))
    assert spans(bars) == [(0, SHOWN_ROWS - GAP_ROWS)]
    assert np.isfinite(bars.sizes_m).all()
