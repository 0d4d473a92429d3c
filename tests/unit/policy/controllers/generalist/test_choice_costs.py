"""Costs of choices against the planner's search, forced to begin with each of them."""

import numpy as np
from training.music import notes_of, synthetic_roll

from pianomime_policy.controllers.generalist.choice_costs import choice_costs, next_onsets
from pianomime_policy.controllers.generalist.fingering_choices import ChoiceConfig, FingeringChoices
from pianomime_policy.fingering.fingering import FingeringConfig, playable
from pianomime_policy.fingering.fingering_search import Beam, extend_beam

WITHOUT_END = 1e9


def _asked(seed: int, onsets: int, states: int, most: int, hopeless: float) -> tuple[np.ndarray, np.ndarray]:
    """Costs of the first onset's choices, and what a wide search that begins with each finds up to each onset."""
    onset, end, key = (
        np.ascontiguousarray(column) for column in notes_of(synthetic_roll(np.random.default_rng(seed))).T
    )
    steps = np.unique(onset)[: 1 + onsets]
    slices = [np.flatnonzero(onset == step) for step in steps]
    choices_of = FingeringChoices(ChoiceConfig(), FingeringConfig())
    after = choices_of.at(choices_of.start, steps[0], slices[0], onset, key, end, steps[0] + 34).after
    coming = next_onsets(onset, len(slices[0]), WITHOUT_END, onsets)
    costs = choice_costs(choices_of.costs, after, *coming, key, end, states, 1, most, hopeless)
    searched = []
    for row in range(len(after.cost)):
        beam = Beam(*(values[row : row + 1] for values in after))
        path = [float(beam.cost[0])]
        for step, new in zip(steps[1:], slices[1:], strict=True):
            beam = extend_beam(choices_of.costs, beam, 200, new, key, end, step)[0]
            path.append(float(beam.cost.min()))
        searched.append(path)
    return costs, np.array(searched)


def test_every_choice_costs_what_a_search_finds_that_begins_with_it() -> None:
    costs, searched = _asked(seed=4, onsets=4, states=10**6, most=200, hopeless=WITHOUT_END)
    np.testing.assert_allclose(costs, searched)


def test_few_states_find_nothing_cheaper_and_the_best_choice() -> None:
    costs, searched = _asked(seed=4, onsets=4, states=96, most=48, hopeless=WITHOUT_END)
    assert (costs >= searched - 1e-9).all()
    assert searched[costs[:, -1].argmin(), -1] <= searched[:, -1].min() + 0.1


def test_only_choices_that_fall_behind_are_dropped() -> None:
    costs, searched = _asked(seed=4, onsets=4, states=10**6, most=200, hopeless=2.0)
    given_up = np.isinf(costs[:, -1])
    assert 0 < given_up.sum() < len(costs)
    np.testing.assert_allclose(costs[~given_up], searched[~given_up])
    behind = searched - searched.min(axis=0)
    assert (behind[given_up].max(axis=1) > 2.0).all()


def test_the_last_onset_costs_what_it_costs() -> None:
    costs, searched = _asked(seed=4, onsets=0, states=96, most=48, hopeless=5.0)
    np.testing.assert_array_equal(costs, searched)


def test_onsets_that_come_next() -> None:
    onset = np.array([0, 4, 4, 4, 9, 12, 30])
    notes, first, steps = next_onsets(onset, 1, 30, 3)
    assert (notes.tolist(), first.tolist(), steps.tolist()) == ([1, 2, 3, 4, 5], [0, 3, 4, 5], [4, 9, 12])
    notes, first, steps = next_onsets(onset, 4, 12, 3)
    assert (notes.tolist(), first.tolist(), steps.tolist()) == ([4], [0, 1], [9])
    notes, first, steps = next_onsets(onset, 7, 100, 3)
    assert (notes.tolist(), first.tolist(), steps.tolist()) == ([], [0], [])


def test_of_more_notes_than_fingers_the_outer_ones_count() -> None:
    notes, first, _ = next_onsets(np.zeros(13, np.int64), 0, 1, 2)
    assert notes.tolist() == playable(np.arange(13)).tolist() == [0, 1, 2, 3, 4, 8, 9, 10, 11, 12]
    assert first.tolist() == [0, 10]
