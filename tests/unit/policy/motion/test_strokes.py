"""Strokes: softer ones take longer, within the time that the finger has."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pianomime_core.keyboard import KEYBOARD
from pianomime_policy.motion.strokes import StrokeConfig, fit_strokes, stroke_steps

CONFIG = StrokeConfig()
WHITE, BLACK = 39, 40
THUMB, INDEX, LEFT_THUMB, LEFT_INDEX = 0, 1, 5, 6


def steps(velocity: int, key: int = WHITE, finger: int = INDEX, config: StrokeConfig = CONFIG) -> float:
    [found] = stroke_steps(config, np.array([velocity]), np.array([key]), np.array([finger]))
    return float(found)


def fitted(*notes: tuple[float, float, int, float], shortest: float = 0.3, free_share: float = 0.5) -> list[float]:
    """Strokes of notes (onset, release, finger, wanted stroke)."""
    onset, release, finger, stroke = (np.array(column) for column in zip(*notes, strict=True))
    stroke = stroke.astype(float)
    fit_strokes(onset.astype(float), release.astype(float), finger, stroke, shortest, free_share)
    return list(stroke.tolist())


def test_keys_are_what_they_are_called_here() -> None:
    assert KEYBOARD.is_black[[WHITE, BLACK]].tolist() == [False, True]


def test_a_measured_velocity_has_its_measured_stroke() -> None:
    config = StrokeConfig((3.0, 2.0, 1.0), *4 * [(40.0, 60.0, 80.0)])
    assert [steps(velocity, config=config) for velocity in (40, 60, 80)] == [3.0, 2.0, 1.0]
    assert steps(70, config=config) == pytest.approx(1.5)
    # What is beyond the measured ones is as soft, or as loud, as it can be.
    assert [steps(velocity, config=config) for velocity in (1, 127)] == [3.0, 1.0]


def test_a_softer_note_has_a_longer_stroke() -> None:
    for key in (WHITE, BLACK):
        for finger in (THUMB, INDEX):
            longer = [steps(velocity, key, finger) for velocity in range(127, 0, -1)]
            assert np.all(np.diff(longer) >= 0)
            assert longer[0] < longer[-1]


@pytest.mark.parametrize("velocity", [52, 56, 65, 75])
def test_a_black_key_and_a_thumb_are_struck_faster_for_the_same_loudness(velocity: int) -> None:
    finger = steps(velocity)
    assert steps(velocity, BLACK) < finger
    assert steps(velocity, WHITE, THUMB) < finger
    assert steps(velocity, BLACK, THUMB) <= min(steps(velocity, BLACK), steps(velocity, WHITE, THUMB))
    for mine, other in ((THUMB, LEFT_THUMB), (INDEX, LEFT_INDEX), (INDEX, 4)):
        assert steps(velocity, BLACK, mine) == steps(velocity, BLACK, other)


def test_every_place_has_a_curve_of_its_own() -> None:
    config = StrokeConfig((2.0, 1.0), (60.0, 80.0), (50.0, 70.0), (55.0, 75.0), (45.0, 65.0))
    for key, finger, velocity in ((WHITE, INDEX, 70), (BLACK, INDEX, 60), (WHITE, THUMB, 65), (BLACK, THUMB, 55)):
        assert steps(velocity, key, finger, config) == pytest.approx(1.5)


def test_a_stroke_takes_half_of_the_time_since_the_last_release() -> None:
    assert fitted((10, 14, INDEX, 3.0), (16, 20, INDEX, 3.0), (40, 44, INDEX, 3.0)) == [3.0, 1.0, 3.0]


def test_other_fingers_do_not_matter() -> None:
    assert fitted((10, 16, THUMB, 3.0), (16, 20, INDEX, 3.0), (16, 20, LEFT_INDEX, 2.0)) == [3.0, 3.0, 2.0]
    assert fitted((10, 16, -1, 3.0), (16, 20, -1, 2.0)) == [3.0, 2.0]  # notes without a finger


def test_even_without_time_a_stroke_has_a_shortest_length() -> None:
    assert fitted((10, 16, INDEX, 3.0), (16, 20, INDEX, 3.0), shortest=0.4) == [3.0, 0.4]
    assert fitted((10, 30, INDEX, 3.0), (16, 20, INDEX, 3.0)) == [3.0, 0.3]


notes = st.lists(
    st.tuples(st.floats(0, 50), st.floats(0.1, 10), st.integers(-1, 9), st.floats(0.3, 3)), min_size=1, max_size=15
)


@given(notes)
def test_strokes_begin_after_the_finger_is_free_if_there_is_time_at_all(drawn) -> None:
    parts = [(onset, onset + length, finger, stroke) for onset, length, finger, stroke in drawn]
    for (onset, _, finger, wanted), got in zip(parts, fitted(*parts), strict=True):
        assert 0.3 <= got <= wanted
        before = [release for earlier, release, other, _ in parts if other == finger >= 0 and earlier < onset]
        assert got == 0.3 or all(onset - got >= release for release in before)
