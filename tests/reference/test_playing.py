"""The same actions play the same keys and score the same in our simulator and in RoboPianist's environment."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from robopianist_reference import load_song, make_environment

from pianomime_core.metrics import score
from pianomime_description import SceneConfig
from pianomime_physics.simulator import Simulator

DEMOS = Path(__file__).resolve().parents[2].parent / "shared" / "demos"
CLIPS = (2, 86, 186)
STOCK = SceneConfig("robopianist", hand_collisions=True, gravity_compensation=False)


@dataclass(frozen=True)
class Comparison:
    """An episode in both, step by step: physics states (T, nq), keys (T, 88), and RoboPianist's goal and metric."""

    our_positions: NDArray[np.float64]
    their_positions: NDArray[np.float64]
    our_pressed: NDArray[np.bool_]
    their_pressed: NDArray[np.bool_]
    goal: NDArray[np.bool_]
    metrics: dict[str, float]


def play_both(midi, config: SceneConfig, make_targets) -> Comparison:
    environment = make_environment(midi, config)
    environment.reset()
    simulator = Simulator(config)
    simulator.reset()
    notes = environment.task._notes
    targets = make_targets(len(notes), simulator.target_range)
    ours, theirs, our_pressed, their_pressed = [], [], [], []
    for row in targets:
        environment.step(np.append(np.clip(row, *simulator.target_range.T), 0.0))
        their_pressed.append(environment.task.piano.activation.copy())
        theirs.append(environment.physics.data.qpos.copy())
        our_pressed.append(simulator.step(row).key_pressed)
        ours.append(simulator.data.qpos.copy())
    goal = np.zeros((len(notes), 88), bool)
    for step, sounding in enumerate(notes):
        goal[step, [note.key for note in sounding]] = True
    return Comparison(
        *(np.array(rows) for rows in (ours, theirs, our_pressed, their_pressed)),
        goal,
        environment.get_musical_metrics(),
    )


def groping_hands(steps: int, target_range: NDArray[np.float64]) -> NDArray[np.float64]:
    """Targets that wander all over their ranges and press keys, (steps, m)."""
    random = np.random.default_rng(7)
    knots = random.uniform(target_range[:, 0], target_range[:, 1], (steps // 8 + 2, len(target_range)))
    times = np.arange(steps) / 8
    return np.array([np.interp(times, np.arange(len(knots)), column) for column in knots.T]).T


def expert(clip: int):
    scale = np.array(json.loads((DEMOS / "meta.json").read_text())["action_scale"])
    actions = np.load(DEMOS / "clips" / f"{clip:03d}.npz")["action"] * scale

    def targets(steps: int, target_range: NDArray[np.float64]) -> NDArray[np.float64]:
        # A goal may be a step longer than the clip; the expert then holds its last targets.
        held = np.repeat(actions[-1:], max(steps - len(actions), 0), axis=0)
        return np.concatenate([actions[:steps], held])

    return targets


def assert_equal(played: Comparison, some_keys: int) -> None:
    np.testing.assert_array_equal(played.our_pressed, played.their_pressed)
    np.testing.assert_array_equal(played.our_positions, played.their_positions)
    assert np.sum(played.our_pressed) > some_keys, "too few keys pressed to prove anything"
    card = score(played.goal, played.our_pressed)
    assert card.precision == pytest.approx(played.metrics["precision"], abs=1e-12)
    assert card.recall == pytest.approx(played.metrics["recall"], abs=1e-12)
    assert card.f1 == pytest.approx(played.metrics["f1"], abs=1e-12)


@pytest.mark.parametrize("config", [SceneConfig(), SceneConfig(hand_collisions=True), STOCK], ids=str)
def test_twinkle_is_played_alike_by_groping_hands(config):
    played = play_both(load_song("TwinkleTwinkleRousseau"), config, groping_hands)
    assert_equal(played, some_keys=100)


@pytest.mark.skipif(not DEMOS.is_dir(), reason="needs ../shared/demos")
@pytest.mark.parametrize("clip", CLIPS)
def test_expert_demonstrations_are_played_and_scored_alike(clip):
    played = play_both(load_song(DEMOS / "midi" / f"{clip:03d}.mid"), SceneConfig(), expert(clip))
    assert_equal(played, some_keys=300)
    assert played.metrics["f1"] > 0.8


def test_reference_metric_has_not_the_defect_of_old_scikit_learn():
    """scikit-learn 1.3.0 to 1.3.2 scores a frame of only wrong keys 1: such a reference would prove nothing."""
    from sklearn.metrics import precision_recall_fscore_support

    wrong_keys_only = precision_recall_fscore_support([0, 0, 0], [1, 0, 0], average="binary", zero_division=1)
    assert wrong_keys_only[2] == 0
