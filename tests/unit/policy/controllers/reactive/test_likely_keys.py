"""Likely keys against what a musician would expect."""

import numpy as np

from pianomime_core.keyboard import LOWEST_PITCH
from pianomime_policy.controllers.reactive.likely_keys import LikelyKeys, LikelyKeysConfig


def keys(*pitches: int) -> np.ndarray:
    return np.array(pitches) - LOWEST_PITCH


def heard(*pitches: int) -> LikelyKeys:
    likely = LikelyKeys(LikelyKeysConfig())
    for pitch in pitches:
        likely.add(keys(pitch))
    return likely


def scale_of(*pitches: int) -> set[int]:
    return set(np.flatnonzero(heard(*pitches).scale()).tolist())


def test_the_scale_is_the_plainest_that_fits():
    c_major = {0, 2, 4, 5, 7, 9, 11}
    assert scale_of() == c_major
    assert scale_of(60, 64, 67) == c_major
    assert scale_of(60, 62, 66) == {0, 2, 4, 6, 7, 9, 11}  # F sharp: G major, not D, A ...
    assert scale_of(65, 70, 72) == {0, 2, 4, 5, 7, 9, 10}  # B flat: F major
    assert scale_of(61, 63, 66, 68, 70, 71) == {1, 3, 4, 6, 8, 10, 11}  # five black keys and B: B, not G flat major


def test_one_wrong_note_does_not_change_the_scale():
    assert scale_of(60, 62, 64, 65, 67, 60, 62, 66, 65) == {0, 2, 4, 5, 7, 9, 11}


def test_what_was_played_is_likeliest_then_its_neighbours_in_the_scale():
    likelihood = heard(60, 64).likelihood()
    c4, cis4, d4, e4, f4, c6 = likelihood[keys(60, 61, 62, 64, 65, 84)]
    assert min(c4, e4) > d4 > f4 > cis4
    assert d4 > c6 > 0


def test_the_last_notes_count_most():
    likely = heard(48)
    likely.decay(round(LikelyKeysConfig().memory_s / 0.05))
    likely.add(keys(72))
    before, after = likely.likelihood()[keys(50, 74)]
    assert after > 2 * before


def test_time_alone_changes_nothing():
    likely = heard(60, 64, 67)
    before = likely.likelihood()
    likely.decay(40)
    np.testing.assert_allclose(likely.likelihood(), before, rtol=1e-12)


def test_before_the_first_note_all_keys_of_c_major_are_alike():
    likelihood = LikelyKeys(LikelyKeysConfig()).likelihood()
    assert np.ptp(likelihood[keys(60, 62, 64, 36, 96)]) == 0
    assert likelihood[keys(61)] < likelihood[keys(60)]
