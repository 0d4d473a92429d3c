from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from training.fitting import CHECKPOINT, FitConfig, device_named, fit

from pianomime_core.errors import UserError

CONFIG = FitConfig(steps=60, learning_rate=0.05, weight_decay=0.0, warm_up_steps=5, save_every=20)
RUN = {"seed": 1, "data": "a line"}


def _line() -> tuple[torch.nn.Linear, object]:
    torch.manual_seed(1)
    line = torch.nn.Linear(2, 1)

    def loss(rng: np.random.Generator) -> torch.Tensor:
        x = torch.from_numpy(rng.normal(size=(16, 2)).astype(np.float32))
        return (line(x) - (3 * x[:, :1] - x[:, 1:] + 0.5)).square().mean()

    return line, loss


def test_a_line_is_found(tmp_path) -> None:
    line, loss = _line()
    fit(line, loss, FitConfig(steps=400, learning_rate=0.05, weight_decay=0.0), tmp_path, "line", RUN)
    np.testing.assert_allclose(line.weight.detach().numpy(), [[3, -1]], atol=0.02)
    np.testing.assert_allclose(line.bias.detach().numpy(), [0.5], atol=0.02)


class _StoppedError(Exception):
    pass


@pytest.mark.parametrize("stop", [25, 40])
def test_a_run_that_was_stopped_ends_with_the_same_weights(tmp_path, stop: int) -> None:
    whole, loss = _line()
    fit(whole, loss, CONFIG, tmp_path / "whole", "whole", RUN)
    line, loss = _line()
    calls = 0

    def stopping(rng: np.random.Generator) -> torch.Tensor:
        nonlocal calls
        calls += 1
        if calls > stop:
            raise _StoppedError
        return loss(rng)

    with pytest.raises(_StoppedError):
        fit(line, stopping, CONFIG, tmp_path / "parts", "parts", RUN)
    again, loss = _line()
    fit(again, loss, CONFIG, tmp_path / "parts", "parts", RUN)
    np.testing.assert_array_equal(again.weight.detach().numpy(), whole.weight.detach().numpy())


def test_a_finished_run_is_not_done_again(tmp_path) -> None:
    line, loss = _line()
    fit(line, loss, CONFIG, tmp_path, "line", RUN)
    again, _ = _line()
    fit(again, lambda rng: pytest.fail("trained again"), CONFIG, tmp_path, "line", RUN)
    np.testing.assert_array_equal(again.weight.detach().numpy(), line.weight.detach().numpy())


def test_a_finished_run_reports_its_loss_again(tmp_path) -> None:
    line, loss = _line()
    first = fit(line, loss, CONFIG, tmp_path, "line", RUN)
    assert np.isfinite(first)
    again, _ = _line()
    assert fit(again, lambda rng: pytest.fail("trained again"), CONFIG, tmp_path, "line", RUN) == first


def _weights(line: torch.nn.Linear) -> np.ndarray:
    return line.weight.detach().numpy().copy()


@pytest.mark.parametrize(
    ("config", "run", "named"),
    [
        (CONFIG, {**RUN, "seed": 2}, "another seed: .*seed there 1, here 2"),
        (CONFIG, {**RUN, "data": "another line"}, 'another data: .*there "a line", here "another line"'),
        (CONFIG, {"seed": 1}, "another data: .*here null"),
        (replace(CONFIG, seed=7), RUN, "another loop.seed: .*there 0, here 7"),
        (replace(CONFIG, learning_rate=0.01, steps=80), RUN, "another loop.steps, loop.learning_rate: "),
    ],
)
def test_another_run_in_the_folder_is_refused_and_nothing_changed(tmp_path, config, run, named: str) -> None:
    line, loss = _line()
    fit(line, loss, CONFIG, tmp_path, "line", RUN)
    there = {path: path.read_bytes() for path in tmp_path.iterdir()}
    other, loss = _line()
    untouched = _weights(other)
    with pytest.raises(UserError, match=named) as refused:
        fit(other, loss, config, tmp_path, "line", run)
    assert "give another --out, or repeat the command that began it" in str(refused.value)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == there
    np.testing.assert_array_equal(_weights(other), untouched)


def test_a_checkpoint_that_does_not_say_what_it_was_made_from_is_refused(tmp_path) -> None:
    line, loss = _line()
    fit(line, loss, CONFIG, tmp_path, "line", RUN)
    (tmp_path / "run.json").unlink()
    with pytest.raises(UserError, match="does not say what it was made from: give another --out"):
        fit(line, loss, CONFIG, tmp_path, "line", RUN)


def test_how_often_it_is_saved_may_change(tmp_path) -> None:
    line, loss = _line()
    fit(line, loss, CONFIG, tmp_path, "line", RUN)
    fit(line, loss, replace(CONFIG, save_every=7), tmp_path, "line", RUN)


def _damaged(saved: dict[str, Any], damage: str) -> object:
    if damage == "not a number":
        saved["module"]["weight"][0, 1] = float("nan")
    elif damage == "other shape":
        saved["module"]["weight"] = torch.zeros(1, 3)
    elif damage == "more than plain values":
        saved["done"] = Path("somewhere")
    elif damage == "other optimizer":
        saved["optimizer"]["param_groups"] = []
    elif damage == "other moments":
        saved["optimizer"]["state"][0]["exp_avg"] = torch.zeros(3)
    elif damage == "no rate":
        saved["optimizer"]["param_groups"][0]["lr"] = float("nan")
    elif damage == "schedule of text":
        saved["schedule"]["_step_count"] = "ten"
    elif damage == "before the beginning":
        saved["done"] = -1
    return saved if damage != "no dictionary" else [1, 2]


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("not a number", "module.weight holds numbers that are not finite"),
        ("other shape", r"weight: file \(1, 3\), network \(1, 2\)"),
        ("more than plain values", "more than tensors and plain values"),
        ("other optimizer", "not a checkpoint of this training"),
        ("other moments", r"optimizer.state.0.exp_avg is torch.float32 \(3,\): must be torch.float32 \(1, 2\)"),
        ("no rate", "optimizer.param_groups.0.lr is nan: must be a finite number"),
        ("schedule of text", "schedule._step_count is str: must be int"),
        ("before the beginning", "done is -1: must be from 0 to 60"),
        ("no dictionary", "it holds list instead of module, "),
    ],
)
def test_a_damaged_checkpoint_is_refused_in_one_line(tmp_path, damage: str, named: str) -> None:
    line, loss = _line()
    fit(line, loss, CONFIG, tmp_path, "line", RUN)
    path = tmp_path / CHECKPOINT
    torch.save(_damaged(torch.load(path, weights_only=True), damage), path)
    again, _ = _line()
    with pytest.raises(UserError, match=named) as refused:
        fit(again, loss, CONFIG, tmp_path, "line", RUN)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_checkpoint_cut_short_is_refused(tmp_path) -> None:
    line, loss = _line()
    fit(line, loss, CONFIG, tmp_path, "line", RUN)
    path = tmp_path / CHECKPOINT
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(UserError, match="is not a checkpoint: it is damaged"):
        fit(line, loss, CONFIG, tmp_path, "line", RUN)


def test_the_loss_can_be_read_from_tensorboard(tmp_path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    line, loss = _line()
    fit(line, loss, CONFIG, tmp_path, "line", RUN)
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    assert [event.step for event in events.Scalars("loss")] == [20, 40, 60]


def test_a_device_can_be_named() -> None:
    assert device_named("cpu") == torch.device("cpu")
    assert device_named(None).type in ("cpu", "cuda")
