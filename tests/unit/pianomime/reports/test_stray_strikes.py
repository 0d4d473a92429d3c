"""Stray strikes have a place and a cause."""

import pytest

from pianomime.reports.stray_strikes import StrayStrike, key_name, stray_strikes
from pianomime_core.notes import Note

WRITTEN = [Note(60, 1.0, 1.4), Note(67, 2.0, 2.4)]


@pytest.mark.parametrize(
    ("pitch", "onset_s", "cause"),
    [
        (61, 1.1, "neighbour"),
        (58, 1.1, "neighbour"),
        (63, 1.1, "other"),
        (60, 1.3, "again"),
        (60, 0.86, "again"),
        (60, 0.84, "other"),
        (60, 1.54, "again"),
        (60, 1.56, "other"),
        (67, 1.1, "other"),
        (66, 2.0, "neighbour"),
    ],
)
def test_the_cause_is_what_is_written_then_within_150_ms(pitch: int, onset_s: float, cause: str) -> None:
    [found] = stray_strikes(WRITTEN, [Note(pitch, onset_s, 5)], 0.0)
    assert found.cause == cause


def test_the_place_is_that_in_the_piece() -> None:
    """A performance that lags by 40 ms."""
    strays = [Note(61, 1.14, 5), Note(90, 2.04, 5)]
    assert stray_strikes(WRITTEN, strays, 0.04) == (
        StrayStrike(1.1, "C#4", "neighbour"),
        StrayStrike(2.0, "F#6", "other"),
    )


def test_names_of_keys() -> None:
    assert [key_name(pitch) for pitch in (21, 60, 61, 69, 108)] == ["A0", "C4", "C#4", "A4", "C8"]
