"""Every configuration from an archive of demonstrations to its row in the table, on two short clips and few updates."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from training.demonstration_archive import write_archive
from training.demonstrations import Demonstration, Expert, target_range
from training.goal_autoencoder import GoalAutoencoder
from training.paper import evaluate, table, train
from training.paper.configs import CONFIGS
from training.paper.system import SYSTEM, PaperSystem
from training.paper.trained_level import TrainedLevel

STEPS = 80


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """demos/ with the clips 0 and 1 (train, the first with an expert) and 2 (val), and autoencoder.pt, untrained."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "demos").mkdir()
    demonstrations = [clip(0, True), clip(1, False), clip(2, False)]
    write_archive(folder / "demos", demonstrations, {}, {"train": [0, 1], "val": [2]})
    torch.manual_seed(0)
    GoalAutoencoder().save(folder / "autoencoder.pt")
    return folder


def clip(number: int, with_expert: bool) -> Demonstration:
    rng = np.random.default_rng(number)
    lowest, highest = target_range().astype(np.float32).T
    expert = Expert(
        joint_positions=rng.normal(0, 0.05, (STEPS, 54)).astype(np.float32),
        joint_velocities=rng.normal(0, 0.05, (STEPS, 54)).astype(np.float32),
        keys=rng.random((STEPS, 88), dtype=np.float32),
        targets=lowest + rng.random((STEPS, 46), dtype=np.float32) * (highest - lowest),
        f1=0.5,
    )
    goal = rng.random((STEPS, 88)) < 0.02
    fingertips = rng.normal(0, 0.1, (STEPS, 12, 3)).astype(np.float32)
    return Demonstration(number, number, goal, np.full((STEPS, 10), -1), fingertips, expert if with_expert else None)


def learn(made: Path, out: Path, name: str, *options: str) -> int:
    places = ["--demos", str(made / "demos"), "--autoencoder", str(made / "autoencoder.pt"), "--out", str(out)]
    return train.main([name, *places, "--updates", "2", "--device", "cpu", "--no-evaluate", *options])


def play(made: Path, out: Path, name: str) -> int:
    return evaluate.main([name, "--demos", str(made / "demos"), "--out", str(out), "--steps", "2", "--device", "cpu"])


@pytest.mark.slow
def test_every_configuration_is_trained_played_and_printed(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulators: dict[object, object] = {}
    build = evaluate.Simulator
    monkeypatch.setattr(evaluate, "Simulator", lambda scene: simulators.setdefault(scene, build(scene)))
    for name in CONFIGS:
        assert learn(made, tmp_path, name) == 0
        assert play(made, tmp_path, name) == 0
    assert play(made, tmp_path, "do-nothing") == 0
    capsys.readouterr()
    assert table.main([str(tmp_path)]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert [line.split("|")[1].strip() for line in lines[2:]] == [*CONFIGS, "do-nothing"]
    assert {line.count("|") for line in lines} == {15}
    report = json.loads((tmp_path / "two-stage" / "scores.json").read_text())
    assert [[one["clip"] for one in report["clips"][split]] for split in ("train", "val")] == [[0], [2]]
    # Fingertips are learned from both training clips, targets from the one with an expert.
    assert [report["training"][level]["windows"] for level in ("high", "low")] == [2 * STEPS, STEPS]
    alone = json.loads((tmp_path / "one-stage" / "scores.json").read_text())
    assert list(alone["training"]) == ["low"]


def test_a_run_that_is_broken_off_goes_on_to_the_same_weights(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert learn(made, tmp_path / "whole", "two-stage") == 0
    loss: Callable[..., torch.Tensor] = TrainedLevel.loss

    def broken_off(level: TrainedLevel, *arguments: object) -> torch.Tensor:
        if level.level.does == "targets":
            raise KeyboardInterrupt
        return loss(level, *arguments)

    monkeypatch.setattr(TrainedLevel, "loss", broken_off)
    with pytest.raises(KeyboardInterrupt):
        learn(made, tmp_path / "parts", "two-stage")
    monkeypatch.undo()
    assert learn(made, tmp_path / "parts", "two-stage") == 0
    whole, parts = (torch.load(tmp_path / run / "two-stage" / SYSTEM, weights_only=True) for run in ("whole", "parts"))
    for level in ("high", "low"):
        for name, weights in whole["levels"][level].items():
            assert torch.equal(weights, parts["levels"][level][name])


def test_statistics_are_part_of_the_trained_system(made: Path, tmp_path: Path) -> None:
    assert learn(made, tmp_path, "bc-mlp") == 0
    low = PaperSystem.load(tmp_path / "bc-mlp", torch.device("cpu")).levels["low"]
    targets = clip(0, True).expert.targets  # type: ignore[union-attr]
    np.testing.assert_allclose(low.action_mean.numpy()[0], targets.mean(axis=0), atol=1e-3)
    np.testing.assert_allclose(low.action_deviation.numpy()[0], targets.std(axis=0), atol=1e-3)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("two-staged", (), "unknown configuration 'two-staged': did you mean 'two-stage'? choose one of two-stage,"),
        ("two-stage", ("--autoencoder", "nowhere.pt"), "nowhere.pt"),
        ("two-stage", ("--demos", "nowhere"), "nowhere"),
    ],
)
def test_bad_input_is_named(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, options: tuple[str, ...], message: str
) -> None:
    assert learn(made, tmp_path, name, *options) == 2
    assert message in capsys.readouterr().err


def test_another_run_in_the_same_folder_is_refused(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert learn(made, tmp_path, "bc-mlp") == 0
    assert learn(made, tmp_path, "bc-mlp", "--seed", "1") == 2
    assert "holds a run with another seed: give another --out" in capsys.readouterr().err


def test_a_system_with_numbers_that_are_not_finite_is_not_played(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert learn(made, tmp_path, "bc-mlp") == 0
    path = tmp_path / "bc-mlp" / SYSTEM
    content = torch.load(path, weights_only=True)
    content["levels"]["low"]["action_mean"][0, 0] = torch.nan
    torch.save(content, path)
    capsys.readouterr()
    assert play(made, tmp_path, "bc-mlp") == 2
    assert "levels.low.action_mean holds numbers that are not finite" in capsys.readouterr().err


def test_what_is_not_trained_is_not_played(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert play(made, tmp_path, "bet") == 2
    assert "no trained system" in capsys.readouterr().err
    assert table.main([str(tmp_path)]) == 2
    assert "holds no NAME/scores.json" in capsys.readouterr().err


def test_clips_are_chosen_evenly() -> None:
    assert evaluate.evenly(range(10), 4) == [0, 2, 5, 7]
    assert evaluate.evenly(range(3), 5) == evaluate.evenly(range(3), None) == [0, 1, 2]
