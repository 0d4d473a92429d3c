"""Which notes of a wide chord are left out, counted by hand; white keys are 23.5 mm apart."""

import pytest

from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_policy.fingering.fingering import FingeringConfig
from pianomime_policy.fingering.wide_chords import hand_reach_m, within_reach

REACH_M = 0.170
"""An octave of eight white keys, 165 mm from the first to the last."""


def played(*pitches: int) -> list[int]:
    keys = [pitch - LOWEST_PITCH for pitch in pitches]
    return [key + LOWEST_PITCH for key in within_reach(keys, REACH_M)]


@pytest.mark.parametrize(
    "pitches",
    [
        (),
        (60,),
        (21, 108),
        (36, 48, 60, 72),  # an octave a hand
        (48, 50, 52, 53, 55, 60, 62, 64, 65, 67),  # ten fingers
    ],
)
def test_what_two_hands_reach_is_played_whole(pitches):
    assert played(*pitches) == list(pitches)


@pytest.mark.parametrize(
    ("pitches", "left"),
    [
        # The left hand has C2; E4 to E5 is an octave for the right hand, and C4 lies outside it.
        ((36, 60, 64, 76), (36, 64, 76)),
        # C2 to C3 is an octave, G4 to G5 another.
        ((36, 48, 60, 67, 79), (36, 48, 67, 79)),
        ((36, 52, 60, 76), (36, 76)),
        # Both hands would need a tenth: C2 and E3, G4 and B5.
        ((36, 52, 67, 83), (36, 83)),
        # C2 and G2 are a fifth, C5 and C6 an octave; C4 and E4 lie between.
        ((36, 43, 60, 64, 72, 84), (36, 43, 72, 84)),
    ],
)
def test_inner_notes_that_no_hand_reaches_are_left_out(pitches, left):
    assert played(*pitches) == list(left)


def test_the_outer_voices_stay_even_if_they_double():
    assert played(24, 48, 72, 96) == [24, 96]


def test_the_reach_of_a_hand_is_somewhat_more_than_an_octave():
    assert 0.165 < hand_reach_m(FingeringConfig()) < 0.21
