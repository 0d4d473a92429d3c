"""When a performance can begin: songs and starts in every order."""

import itertools

import numpy as np
import pytest

from pianomime_sim.cue import BeyondEndError, Cue

GOAL, SUSTAIN = np.zeros((8, 88), dtype=bool), np.zeros(8, dtype=bool)
START = np.zeros(54)


def tell(cue: Cue, what: str, performance: str, first: int = 0) -> None:
    if what == "song":
        cue.take_song(performance, GOAL, SUSTAIN)
    else:
        cue.take_start(performance, START, first)


@pytest.mark.parametrize("order", itertools.permutations(("song", "start")))
def test_a_performance_begins_with_song_and_start_in_any_order(order):
    cue = Cue()
    first, second = order
    tell(cue, first, "a")
    assert not cue.is_complete
    tell(cue, second, "a")
    assert cue.is_complete
    assert (cue.steps, cue.first) == (8, 0)


@pytest.mark.parametrize("order", itertools.permutations(("song", "start")))
def test_the_start_of_one_is_not_that_of_the_next(order):
    cue = Cue()
    for what in ("song", "start"):
        tell(cue, what, "a")
    cue.finish()
    assert not cue.is_complete, "not again by itself"
    first, second = order
    tell(cue, first, "b")
    assert not cue.is_complete
    tell(cue, second, "b")
    assert cue.is_complete
    assert cue.is_of("b")
    assert not cue.is_of("a")


def test_what_is_over_begins_again_when_asked_where_it_began():
    cue = Cue()
    assert not cue.repeat()
    for what in ("song", "start"):
        tell(cue, what, "a")
    assert not cue.repeat(), "it is not over"
    cue.finish()
    # A controller that hears no more states offers to go on where they ended.
    tell(cue, "start", "a", first=7)
    assert not cue.is_complete
    assert cue.repeat()
    assert cue.is_complete
    assert cue.first == 0


def test_a_simulator_that_takes_over_begins_in_the_middle():
    cue = Cue()
    tell(cue, "song", "a")
    tell(cue, "start", "a", first=5)
    assert cue.is_complete
    assert cue.first == 5


@pytest.mark.parametrize("order", [("song", "start"), ("start", "song")])
def test_a_start_beyond_the_end_is_refused_and_another_is_waited_for(order):
    cue = Cue()
    first, second = order
    tell(cue, first, "a", first=9)
    with pytest.raises(BeyondEndError, match=r"^the start is at step 9, the song has 8 steps$"):
        tell(cue, second, "a", first=9)
    assert not cue.is_complete
    tell(cue, "start", "a", first=8)  # of a simulator that was gone when all was played
    assert cue.is_complete


def test_a_start_beyond_the_end_leaves_a_good_one():
    cue = Cue()
    for what in ("song", "start"):
        tell(cue, what, "a")
    with pytest.raises(BeyondEndError):
        tell(cue, "start", "a", first=9)
    assert cue.is_complete
    assert cue.first == 0


def test_live_music_waits_for_no_song():
    cue = Cue(session_steps=100)
    tell(cue, "start", "whatever it is called")
    assert cue.is_complete
    assert cue.is_of("anything")
    tell(cue, "song", "a")
    assert (cue.steps, cue.song) == (100, None)


def test_what_is_missing_is_named():
    cue = Cue()
    assert cue.awaited == "a song"
    tell(cue, "song", "a")
    assert cue.awaited == "a controller's initial joint positions"
    tell(cue, "start", "b")
    assert cue.awaited == "song and start of one performance"
    tell(cue, "start", "a")
    assert cue.awaited == ""
    cue.finish()
    assert cue.awaited == "a song"
