"""Properties of every fingering, whatever its cost: playable hands, decisions that are kept."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_fingering import Feed, Tone, path_cost, search, slices

from pianomime_core.keyboard import KEYBOARD
from pianomime_policy.fingering.fingering import FingeringConfig, FingeringSearch, finger_offsets_m, offset_limits_m

CONFIG = FingeringConfig()
NAMES = {name: i for i, name in enumerate(("C", "Cs", "D", "Ds", "E", "F", "Fs", "G", "Gs", "A", "As", "B"))}


def key(name: str, octave: int) -> int:
    """Key 0..87; middle C is ("C", 4)."""
    return NAMES[name] + 12 * (octave + 1) - 21


def chord(*keys: int, onset: int = 0, length: int = 8) -> list[Tone]:
    return [Tone(k, onset, onset + length) for k in keys]


def assert_hands_can(song: list[Tone], fingers: list[tuple[int, ...]]) -> None:
    """No finger holds two keys, fingers of a hand lie in the order of its keys, hands do not cross within a chord.

    A note about to end (within `overlap_steps`) is no longer held: its finger may already be on the way.
    """
    assigned = [(t, f) for c, fs in zip(slices(song), fingers, strict=True) for t, f in zip(c, fs, strict=True)]
    for step in {tone.onset for tone in song}:
        leaving = step + CONFIG.overlap_steps
        down = [(f, t.key) for t, f in assigned if f >= 0 and (t.onset == step or (t.onset < step and t.end > leaving))]
        assert len({f for f, _ in down}) == len(down)
        for first, sign in ((0, 1), (5, -1)):
            places = [sign * KEYBOARD.center_y_m[k] for f, k in sorted(down) if first <= f < first + 5]
            assert all(b - a >= CONFIG.order_gap_m - 1e-12 for a, b in pairwise(places))
        hands = [f // 5 for t, f in assigned if f >= 0 and t.onset == step]
        assert hands == sorted(hands, reverse=True)


@st.composite
def songs(draw: st.DrawFn) -> list[Tone]:
    """Rolls of any kind: melodies, chords, clusters of thirty keys, both ends of the keyboard, long and short notes."""
    song: list[Tone] = []
    free = dict.fromkeys(range(88), 0)  # step from which a key may be struck again
    onset = 0
    for _ in range(draw(st.integers(1, 8))):
        lowest = draw(st.sampled_from([0, 0, 30, 45, 58, 87]))
        keys = draw(st.sets(st.integers(lowest, min(lowest + 30, 87)), max_size=30))
        keys |= draw(st.sampled_from([set(), set(), {0, 87}, {1}]))
        for k in sorted(keys):
            if free[k] <= onset:
                end = onset + draw(st.sampled_from([1, 2, 5, 30]))
                song.append(Tone(k, onset, end))
                free[k] = end + 1
        onset += draw(st.integers(1, 6))
    return song


@settings(deadline=None, max_examples=60)
@given(songs())
def test_any_song_is_fingered_by_two_hands_of_five_fingers(song):
    fingers = search(CONFIG, song)
    assert_hands_can(song, fingers)


@settings(deadline=None, max_examples=40)
@given(songs(), st.integers(0, 12))
def test_what_is_committed_never_changes(song, lag_steps):
    feed = Feed(CONFIG, song)
    decided: dict[int, int] = {}
    for step in feed.onsets:
        feed.push(step, ends_known=False)
        feed.search.commit(step - lag_steps)
        best = feed.search.best()
        assert {note: best[note] for note in decided} == decided
        decided = {note: f for note, f in best.items() if feed.tones[note].onset <= step - lag_steps}
    assert_hands_can(song, feed.fingers())


@settings(deadline=None, max_examples=25)
@given(songs())
def test_the_end_of_what_sounds_need_not_be_known(song):
    known, unknown = Feed(CONFIG, song), Feed(CONFIG, song)
    for step in known.onsets:
        known.push(step)
        unknown.push(step, ends_known=False)
    assert known.fingers() == unknown.fingers()


def test_a_legato_melody_whose_notes_overlap_by_a_row_drops_nothing():
    scale = [key(name, 5) for name in ("C", "D", "E", "F", "G", "A", "B")]
    song = [Tone(k, 5 * i, 5 * i + 6) for i, k in enumerate(scale)]
    # Lead the hand up to its little finger: each note is held one row into the next.
    assert all(f >= 0 for (f,) in search(CONFIG, song))


def melody(seed: int, notes: int = 60) -> list[Tone]:
    """A wandering tune for the right hand over triads of the left."""
    random = np.random.default_rng(seed)
    song = []
    at = key("C", 5)
    for i in range(notes):
        at = int(np.clip(at + random.choice([-4, -2, -1, 1, 2, 3]), key("F", 4), key("C", 6)))
        song.append(Tone(at, 4 * i, 4 * i + 4))
        if i % 4 == 0:
            root = key("C", 3) + int(random.choice([0, 5, 7]))
            song += chord(root, root + 4, root + 7, onset=4 * i, length=12)
    return song


def stream(song: list[Tone], lag_steps: int) -> list[tuple[int, ...]]:
    """Fingers of a song that is pushed as it comes, each note committed `lag_steps` after its onset."""
    feed = Feed(CONFIG, song)
    for step in feed.onsets:
        feed.push(step, ends_known=False)
        feed.search.commit(step - lag_steps)
    return feed.fingers()


@pytest.mark.parametrize("seed", range(5))
def test_the_sooner_a_stream_commits_the_more_it_costs(seed):
    song = melody(seed)
    whole = search(CONFIG, song)
    assert stream(song, 1000) == whole
    best, late, at_once = (path_cost(CONFIG, song, f) for f in (whole, stream(song, 60), stream(song, 0)))
    assert best - 1e-9 <= late < 1.1 * best
    assert best - 1e-9 <= at_once < 3.0 * best


def test_committing_twice_or_nothing_changes_nothing():
    song = melody(9, 12)
    feed = Feed(CONFIG, song)
    feed.search.commit(100)
    for step in feed.onsets:
        feed.push(step)
    before = feed.fingers()
    feed.search.commit(-1)
    feed.search.commit(10)
    feed.search.commit(10)
    assert feed.fingers() == before


def test_reading_since_a_step_leaves_out_what_was_before():
    song = melody(1, 12)
    feed = Feed(CONFIG, song)
    for step in feed.onsets:
        feed.push(step)
    recent, whole = feed.search.best(since=20), feed.search.best()
    assert recent == {note: finger for note, finger in whole.items() if feed.tones[note].onset >= 20}
    assert 0 < len(recent) < len(whole)


def test_nothing_pushed_is_nothing_found():
    assert FingeringSearch().best() == {}


def test_easy_chords_are_played_as_pianists_do():
    triad = chord(key("C", 5), key("E", 5), key("G", 5))
    assert search(CONFIG, triad) == [(0, 2, 4)]  # thumb, middle, little finger
    five = chord(*(key(name, 5) for name in "CDEFG"))
    assert search(CONFIG, five) == [(0, 1, 2, 3, 4)]
    left = chord(key("C", 3), key("E", 3), key("G", 3))
    assert search(CONFIG, left) == [(9, 7, 5)]  # little, middle, thumb


def test_a_scale_of_five_notes_takes_five_fingers():
    tune = [Tone(key(name, 5), 4 * i, 4 * i + 4) for i, name in enumerate("CDEFG")]
    assert search(CONFIG, tune) == [(0,), (1,), (2,), (3,), (4,)]


@pytest.mark.parametrize("width", range(1, 6))
def test_chords_within_an_octave_lose_no_note(width):
    random = np.random.default_rng(width)
    for _ in range(20):
        keys = key("C", 5) + 2 * random.choice(6, width, replace=False)
        [fingers] = search(CONFIG, chord(*keys.tolist()))
        assert -1 not in fingers


def test_ten_notes_take_ten_fingers():
    both = chord(*(key(n, 3) for n in "CDEFG"), *(key(n, 5) for n in "CDEFG"))
    assert search(CONFIG, both) == [(9, 8, 7, 6, 5, 0, 1, 2, 3, 4)]


def test_of_more_than_ten_notes_the_outer_ones_are_played():
    white = [key(name, octave) for octave in (3, 5) for name in "CDEFG"]
    inner = [key(name, 4) for name in "CEG"]
    [fingers] = search(CONFIG, chord(*white, *inner))
    assert fingers == (9, 8, 7, 6, 5, -1, -1, -1, 0, 1, 2, 3, 4)


def test_a_note_is_dropped_when_every_finger_is_taken():
    held = chord(*(key(n, 3) for n in "CDEFG"), *(key(n, 5) for n in "CDEFG"), length=20)
    assert search(CONFIG, held + chord(key("C", 4), onset=4))[1] == (-1,)
    assert search(CONFIG, held + chord(key("C", 4), onset=20))[1] != (-1,)


def test_comfortable_places_of_the_hands_mirror_each_other():
    offsets, (low, high) = finger_offsets_m(), offset_limits_m()
    assert np.array_equal(offsets[5:], -offsets[:5])
    assert np.array_equal(low[5:], -high[:5])
    assert np.all(np.diff(offsets[:5]) > 0)
    assert np.all((low < 0) & (high > 0))
