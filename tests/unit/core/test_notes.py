"""Notes have a pitch on the keyboard and a length; what is dropped is told in words."""

import math

import pytest

from pianomime_core.notes import Dropped, Note


@pytest.mark.parametrize(
    ("pitch", "onset_s", "offset_s"),
    [(20, 0, 1), (109, 0, 1), (60, 1, 1), (60, 2, 1), (60, 0, math.nan), (60, 0, math.inf)],
)
def test_impossible_notes_are_refused(pitch: int, onset_s: float, offset_s: float) -> None:
    with pytest.raises(ValueError, match=r"pitch|onset < offset"):
        Note(pitch, onset_s, offset_s)


def test_what_is_dropped_in_words() -> None:
    assert str(Dropped()) == "nothing"
    assert str(Dropped(drums=3, zero_length=1)) == "3 drum notes (channel 10), 1 of zero length or without end"
