"""Distances by hand, codes that do not depend on other rows, and a tiny training that is interrupted and resumed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from training.demonstration_archive import write_archive
from training.demonstrations import FINGERTIP_NAMES, Demonstration
from training.goal_autoencoder import GoalAutoencoder, train
from training.goal_autoencoder.evaluate import chord_distances_m, closeness_scores, decoding_scores
from training.goal_autoencoder.network import REACH_M, AutoencoderConfig, distance_field
from training.music import synthetic_roll

from pianomime_core.errors import UserError
from pianomime_core.keyboard import KEYBOARD

WHITE_M = 0.0235
LOSS = train.LossConfig(rows=128)
TINY = AutoencoderConfig(width=32, modes=16)


def keys(*due: int) -> np.ndarray:
    row = np.zeros(88, dtype=bool)
    row[list(due)] = True
    return row


@pytest.fixture
def autoencoder() -> GoalAutoencoder:
    torch.manual_seed(0)
    return GoalAutoencoder(TINY).eval()


@pytest.fixture
def chords() -> np.ndarray:
    rolls = np.concatenate([synthetic_roll(np.random.default_rng(seed), 400) for seed in range(4)])
    return np.unique(rolls[rolls.any(axis=1)], axis=0)


def test_distances_are_those_to_the_nearest_due_key() -> None:
    rows = np.array([keys(39, 46), keys()])  # middle C and the G above it
    field = distance_field(torch.from_numpy(rows)).numpy()
    assert field[0, 39] == field[0, 46] == 0.0
    assert field[0, 41] == pytest.approx(WHITE_M, abs=1e-6)  # D is nearer to C,
    assert field[0, 44] == pytest.approx(WHITE_M, abs=1e-6)  # F to G
    assert field[0, 43] == pytest.approx(2 * WHITE_M, abs=1e-6)  # E is two from both
    assert field[0, 0] == np.float32(REACH_M)
    np.testing.assert_array_equal(field[1], np.float32(REACH_M))
    every = np.abs(KEYBOARD.center_y_m[:, None] - KEYBOARD.center_y_m[[39, 46]]).min(axis=1)
    np.testing.assert_allclose(field[0], np.minimum(every, REACH_M), atol=1e-6)


def test_a_code_does_not_depend_on_the_other_rows(autoencoder: GoalAutoencoder, chords: np.ndarray) -> None:
    alone = np.concatenate([autoencoder.encode(chord[None]) for chord in chords[:20]])
    autoencoder.train()  # nor on the mode
    together = autoencoder.encode(chords)
    backwards = autoencoder.encode(torch.from_numpy(chords[::-1].copy()))[::-1]
    # Matrix products of other sizes round otherwise.
    np.testing.assert_allclose(alone, together[:20], atol=1e-5)
    np.testing.assert_allclose(together, backwards, atol=1e-5)
    assert together.dtype == np.float32
    assert together.shape == (len(chords), 16)
    assert not any("BatchNorm" in type(module).__name__ for module in autoencoder.modules())


def test_codes_of_the_training_rows_are_normal_and_stay_so(
    autoencoder: GoalAutoencoder, chords: np.ndarray, tmp_path: Path
) -> None:
    autoencoder.normalise(torch.from_numpy(chords))
    codes = autoencoder.encode(chords)
    np.testing.assert_allclose(codes.mean(axis=0), 0, atol=1e-4)
    assert codes.var(axis=0, ddof=1).mean() == pytest.approx(1, rel=1e-3)
    autoencoder.save(tmp_path / "autoencoder.pt")
    for path in (tmp_path, tmp_path / "autoencoder.pt"):
        np.testing.assert_array_equal(GoalAutoencoder.load(path).encode(chords), codes)


def test_what_is_no_autoencoder_is_refused(autoencoder: GoalAutoencoder, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere.* is not a goal autoencoder"):
        GoalAutoencoder.load(tmp_path / "nowhere")
    (tmp_path / "autoencoder.pt").write_bytes(b"something else")
    with pytest.raises(UserError, match="is not a goal autoencoder"):
        GoalAutoencoder.load(tmp_path)
    with pytest.raises(ValueError, match=r"\(3, 87\): want \(N, 88\)"):
        autoencoder.encode(np.zeros((3, 87), dtype=bool))


def test_distance_of_chords() -> None:
    # A third against its lower key: the same key, and two white keys away; then one key against its octave.
    first = np.array([keys(39, 43), keys(39)])
    second = np.array([keys(39), keys(51)])
    found = chord_distances_m(first, second)
    np.testing.assert_allclose(found, [(0 + (0 + 2 * WHITE_M) / 2) / 2, 7 * WHITE_M], atol=1e-6)
    np.testing.assert_allclose(found, chord_distances_m(second, first))


def test_closeness_of_an_encoding_that_is_right_and_of_one_that_is_not(chords: np.ndarray) -> None:
    def right(states: np.ndarray) -> np.ndarray:
        return distance_field(torch.from_numpy(states)).numpy()

    scores = closeness_scores(right, chords, np.random.default_rng(0))
    assert scores["rank correlation"] > 0.8
    assert scores["key nearer than octave"] == 1.0
    noise = np.random.default_rng(1)
    wrong = closeness_scores(
        lambda states: noise.standard_normal((len(states), 4)).astype(np.float32), chords, np.random.default_rng(0)
    )
    assert abs(wrong["rank correlation"]) < 0.05
    assert wrong["key nearer than octave"] == pytest.approx(0.5, abs=0.1)


def test_loss_wants_codes_as_far_apart_as_the_distances(autoencoder: GoalAutoencoder, chords: np.ndarray) -> None:
    only_spread = train.LossConfig(rows=256, spread_weight=1e6, code_penalty=0.0)
    optimizer = torch.optim.Adam(autoencoder.parameters(), 1e-2)
    rng = np.random.default_rng(0)

    def correlation() -> float:
        return closeness_scores(autoencoder.encode, chords, np.random.default_rng(0))["rank correlation"]

    before = correlation()
    for _ in range(60):
        optimizer.zero_grad()
        train.batch_loss(autoencoder, chords, rng, only_spread).backward()
        optimizer.step()
    assert correlation() > max(0.85, before)


@pytest.fixture
def demos(tmp_path: Path) -> Path:
    folder = tmp_path / "demos"
    folder.mkdir()
    clips = []
    for clip in range(3):
        goal = synthetic_roll(np.random.default_rng(clip), 200)
        tips = np.zeros((len(goal), len(FINGERTIP_NAMES), 3), np.float32)
        clips.append(Demonstration(clip, clip, goal, np.full((len(goal), 10), -1), tips, None))
    write_archive(folder, clips, {}, {"train": [0, 1], "val": [2]})
    return folder


@pytest.mark.slow
def test_training_decodes_keys_and_ends_the_same_when_resumed(
    demos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def options(out: str) -> train.Train:
        return train.Train(demos, tmp_path / out, pieces=2, steps=60, save_every=20, network=TINY, loss=LOSS)

    assert options("whole").run() == 0
    assert "rows decoded" in capfd.readouterr().out

    real, calls = train.batch_loss, []

    def broken(*arguments: object) -> torch.Tensor:
        calls.append(1)
        if len(calls) == 31:
            raise KeyboardInterrupt
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(train, "batch_loss", broken)
    with pytest.raises(KeyboardInterrupt):
        options("broken").run()
    monkeypatch.setattr(train, "batch_loss", real)
    options("broken").run()

    with pytest.raises(UserError, match=r"another seed, loop\.seed: .*there 0, here 5"):
        replace(options("whole"), seed=5).run()

    whole, resumed = (GoalAutoencoder.load(tmp_path / out) for out in ("whole", "broken"))
    for name, weights in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], weights, rtol=0, atol=0)
    assert (tmp_path / "whole" / "scores.json").is_file()
    rows = synthetic_roll(np.random.default_rng(9), 200)
    untrained = decoding_scores(GoalAutoencoder(TINY), rows)
    assert decoding_scores(whole, rows)["mean error mm"] < 0.8 * untrained["mean error mm"]
