"""A stretch of music to come."""

from types import SimpleNamespace

import numpy as np

from pianomime_policy.controllers.foresight.prospect import Prospect
from pianomime_policy.hand_control.hands_controller import AS_PLANNED, Adaptation
from pianomime_policy.model_search.proposals import Trial

OTHERWISE = Adaptation(centre_shift_m=np.array([0.003, 0.0]))


def take(cost):
    return SimpleNamespace(cost=cost)


def trial(cost, adaptation=OTHERWISE):
    return Trial(cost, 0, adaptation, np.zeros((88, 4)))


def test_before_anything_was_tried_it_is_played_as_read():
    fresh = Prospect(8, take(5.0))
    assert fresh.adaptation is AS_PLANNED
    assert fresh.cost == np.inf
    assert fresh.untried == [AS_PLANNED]


def test_it_keeps_the_best_and_counts_from_its_beginning():
    prospect = Prospect(8, take(5.0))
    prospect.note(trial(6.0, AS_PLANNED), take(5.9))
    prospect.note(trial(5.5), take(5.4))
    prospect.note(trial(5.7, AS_PLANNED), take(5.6))
    assert prospect.cost == 0.5
    assert prospect.adaptation is OTHERWISE
    assert prospect.end.cost == 5.4
    assert [t.cost for t in prospect.tried] == [6.0, 5.5, 5.7]


def test_a_trial_that_was_broken_off_changes_nothing_but_is_remembered():
    prospect = Prospect(8, take(0.0))
    prospect.note(trial(1.0, AS_PLANNED), take(1.0))
    prospect.note(trial(0.5), None)
    assert prospect.adaptation is AS_PLANNED
    assert len(prospect.tried) == 2


def test_what_is_to_be_tried_first_stays_until_it_was():
    prospect = Prospect(8, take(0.0))
    assert prospect.untried == [AS_PLANNED]
    prospect.note(trial(1.0, AS_PLANNED), take(1.0))
    assert prospect.untried == []


def test_from_another_place_the_best_is_tried_first_and_then_as_read():
    prospect = Prospect(8, take(0.0))
    prospect.note(trial(1.0), take(1.0))
    moved = prospect.begin_elsewhere()
    assert moved.begin is None
    assert moved.tried == []
    assert moved.untried == [AS_PLANNED, OTHERWISE]
    assert Prospect(8, take(0.0)).begin_elsewhere().untried == [AS_PLANNED]
