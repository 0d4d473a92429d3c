"""The teacher's labels against the planner's own search over the same music."""

import numpy as np
import torch
from training.generalist.fingering_examples import ExampleConfig, Examples, fingering_examples
from training.generalist.fingering_network import choice_loss
from training.music import synthetic_roll

from pianomime_policy.fingering.fingering import FingeringConfig, FingeringSearch
from pianomime_policy.fingering.goal_notes import GoalNotes

LONG = ExampleConfig(states=512, most=64, onsets=100, ahead_steps=1000, wander=1e-3)


def _roll() -> np.ndarray:
    return synthetic_roll(np.random.default_rng(4), 160)


def test_probabilities_of_every_onset_and_the_regret_of_what_was_played() -> None:
    examples, played = fingering_examples(_roll(), np.random.default_rng(0), ExampleConfig())
    assert len(examples.first) == len(played) + 1
    for first, last in zip(examples.first[:-1], examples.first[1:], strict=True):
        assert np.isclose(examples.label[first:last].sum(), 1.0)
    assert played.min() == 0.0


def test_with_full_lookahead_and_no_randomness_it_plays_what_the_search_finds() -> None:
    roll = _roll()
    chosen: list[int] = []

    examples, played = fingering_examples(roll, np.random.default_rng(0), LONG)
    assert played.max() < 0.01
    notes, search = GoalNotes(), FingeringSearch(FingeringConfig(width=64))
    onsets = []
    for row in roll:
        new = notes.append(row)
        if len(new):
            onsets.append((notes.rows - 1, new))
    notes.append(np.zeros(88, bool))
    for step, new in onsets:
        search.push(step, new, notes)
    best = search.best()
    for i, (first, last) in enumerate(zip(examples.first[:-1], examples.first[1:], strict=True)):
        chosen.append(int(examples.label[first:last].argmax()))
        hand = examples.features[first + chosen[-1]][:78].reshape(2, 39)[:, 4:].reshape(10, 7)
        struck = set(np.flatnonzero(hand[:, 1]))
        assert struck == {best[n] for n in onsets[i][1].tolist() if best[n] >= 0}


def test_a_learner_goes_its_own_way() -> None:
    asked: list[int] = []

    def last(features: np.ndarray) -> np.ndarray:
        asked.append(len(features))
        return np.arange(len(features), dtype=np.float32)

    examples, played = fingering_examples(_roll(), np.random.default_rng(0), ExampleConfig(), last)
    assert asked == np.diff(examples.first).tolist()
    assert played.mean() > 1.0


def test_joined_examples_keep_their_onsets_apart() -> None:
    parts = [fingering_examples(_roll(), np.random.default_rng(seed), ExampleConfig())[0] for seed in (0, 1)]
    joined = Examples.join(parts)
    assert len(joined.first) - 1 == sum(len(part.first) - 1 for part in parts)
    assert np.diff(joined.first).tolist() == [*np.diff(parts[0].first), *np.diff(parts[1].first)]
    np.testing.assert_array_equal(joined.features[joined.first[-2] :], parts[1].features[parts[1].first[-2] :])


def test_loss_is_the_cross_entropy_within_each_onset() -> None:
    score = torch.tensor([1.0, 2.0, -1.0, 0.5, 0.5])
    label = torch.tensor([0.0, 1.0, 0.25, 0.5, 0.25])
    onset = torch.tensor([0, 0, 1, 1, 1])
    by_hand = -torch.log_softmax(score[:2], 0)[1] - (label[2:] * torch.log_softmax(score[2:], 0)).sum()
    assert torch.isclose(choice_loss(score, label, onset, 2), by_hand / 2)
    assert torch.isclose(choice_loss(score + 1e4, label, onset, 2), by_hand / 2, rtol=1e-3)
