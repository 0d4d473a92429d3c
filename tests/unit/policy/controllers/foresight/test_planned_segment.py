"""A coming segment of music."""

from types import SimpleNamespace

import numpy as np

from pianomime_policy.controllers.foresight.planned_segment import PlannedSegment
from pianomime_policy.hand_control.hands_controller import AS_PLANNED, Adaptation
from pianomime_policy.model_search.proposals import Trial

OTHERWISE = Adaptation(centre_shift_m=np.array([0.003, 0.0]))


def candidate(cost):
    return SimpleNamespace(cost=cost)


def trial(cost, adaptation=OTHERWISE):
    return Trial(cost, 0, adaptation, np.zeros((88, 4)))


def test_before_anything_was_tried_it_is_played_as_read():
    fresh = PlannedSegment(8, candidate(5.0))
    assert fresh.adaptation is AS_PLANNED
    assert fresh.cost == np.inf
    assert fresh.untried == [AS_PLANNED]


def test_it_keeps_the_best_and_counts_from_its_beginning():
    segment = PlannedSegment(8, candidate(5.0))
    segment.record(trial(6.0, AS_PLANNED), candidate(5.9))
    segment.record(trial(5.5), candidate(5.4))
    segment.record(trial(5.7, AS_PLANNED), candidate(5.6))
    assert segment.cost == 0.5
    assert segment.adaptation is OTHERWISE
    assert segment.end.cost == 5.4
    assert [t.cost for t in segment.tried] == [6.0, 5.5, 5.7]


def test_a_trial_that_was_broken_off_changes_nothing_but_is_remembered():
    segment = PlannedSegment(8, candidate(0.0))
    segment.record(trial(1.0, AS_PLANNED), candidate(1.0))
    segment.record(trial(0.5), None)
    assert segment.adaptation is AS_PLANNED
    assert len(segment.tried) == 2


def test_what_is_to_be_tried_first_stays_until_it_was():
    segment = PlannedSegment(8, candidate(0.0))
    assert segment.untried == [AS_PLANNED]
    segment.record(trial(1.0, AS_PLANNED), candidate(1.0))
    assert segment.untried == []


def test_from_another_place_the_best_is_tried_first_and_then_as_read():
    segment = PlannedSegment(8, candidate(0.0))
    segment.record(trial(1.0), candidate(1.0))
    moved = segment.begin_elsewhere()
    assert moved.begin is None
    assert moved.tried == []
    assert moved.untried == [AS_PLANNED, OTHERWISE]
    assert PlannedSegment(8, candidate(0.0)).begin_elsewhere().untried == [AS_PLANNED]
