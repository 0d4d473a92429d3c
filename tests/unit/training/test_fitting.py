import numpy as np
import pytest
import torch
from training.fitting import FitConfig, device_named, fit

CONFIG = FitConfig(steps=60, learning_rate=0.05, weight_decay=0.0, warm_up_steps=5, save_every=20)


def _line() -> tuple[torch.nn.Linear, object]:
    torch.manual_seed(1)
    line = torch.nn.Linear(2, 1)

    def loss(rng: np.random.Generator) -> torch.Tensor:
        x = torch.from_numpy(rng.normal(size=(16, 2)).astype(np.float32))
        return (line(x) - (3 * x[:, :1] - x[:, 1:] + 0.5)).square().mean()

    return line, loss


def test_a_line_is_found(tmp_path) -> None:
    line, loss = _line()
    fit(line, loss, FitConfig(steps=400, learning_rate=0.05, weight_decay=0.0), tmp_path, "line")
    np.testing.assert_allclose(line.weight.detach().numpy(), [[3, -1]], atol=0.02)
    np.testing.assert_allclose(line.bias.detach().numpy(), [0.5], atol=0.02)


class _StoppedError(Exception):
    pass


@pytest.mark.parametrize("stop", [25, 40])
def test_a_run_that_was_stopped_ends_with_the_same_weights(tmp_path, stop: int) -> None:
    whole, loss = _line()
    fit(whole, loss, CONFIG, tmp_path / "whole", "whole")
    line, loss = _line()
    calls = 0

    def stopping(rng: np.random.Generator) -> torch.Tensor:
        nonlocal calls
        calls += 1
        if calls > stop:
            raise _StoppedError
        return loss(rng)

    with pytest.raises(_StoppedError):
        fit(line, stopping, CONFIG, tmp_path / "parts", "parts")
    again, loss = _line()
    fit(again, loss, CONFIG, tmp_path / "parts", "parts")
    np.testing.assert_array_equal(again.weight.detach().numpy(), whole.weight.detach().numpy())


def test_a_finished_run_is_not_done_again(tmp_path) -> None:
    line, loss = _line()
    fit(line, loss, CONFIG, tmp_path, "line")
    again, _ = _line()
    fit(again, lambda rng: pytest.fail("trained again"), CONFIG, tmp_path, "line")
    np.testing.assert_array_equal(again.weight.detach().numpy(), line.weight.detach().numpy())


def test_the_loss_can_be_read_from_tensorboard(tmp_path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    line, loss = _line()
    fit(line, loss, CONFIG, tmp_path, "line")
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    assert [event.step for event in events.Scalars("loss")] == [20, 40, 60]


def test_a_device_can_be_named() -> None:
    assert device_named("cpu") == torch.device("cpu")
    assert device_named(None).type in ("cpu", "cuda")
