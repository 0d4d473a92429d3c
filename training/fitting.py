"""The training loop of all networks: seeded, with progress bar and TensorBoard, resumable.

A run resumed from its checkpoint ends with the same weights as an uninterrupted one; a different run in the same folder
is refused.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor, nn
from torch.utils.tensorboard import SummaryWriter

from pianomime_core.errors import UserError
from pianomime_core.whole_file import write_whole
from training.same_run import same_run
from training.torch_file import fill, read_torch, require_form

BatchLoss = Callable[[np.random.Generator], Tensor]
"""Draws a batch with the generator and returns the loss of the module on it."""

CHECKPOINT = "checkpoint.pt"
_STATE = ("module", "optimizer", "schedule", "rng", "torch_rng", "done", "recent", "cpu_seconds")
_WITHOUT_INFLUENCE = "save_every"


@dataclass(frozen=True)
class FitConfig:
    """Attributes:
    steps: Total number of updates.
    learning_rate: Maximum; it rises over `warm_up_steps` and falls to 0 along a cosine.
    weight_decay: Parameter of AdamW.
    clip_norm: Longer gradients are scaled down to this norm.
    save_every: Updates between checkpoints.
    seed: Seed of the batches (the caller initialises the weights).
    """

    steps: int = 4000
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    warm_up_steps: int = 100
    clip_norm: float = 1.0
    save_every: int = 500
    seed: int = 0


def device_named(name: str | None) -> torch.device:
    """Return the device of that name; for None CUDA if available, else the CPU."""
    return torch.device(name or ("cuda" if torch.cuda.is_available() else "cpu"))


def fit(
    module: nn.Module, loss: BatchLoss, config: FitConfig, folder: Path, title: str, made_from: Mapping[str, Any]
) -> float:
    """Train in place and return the mean loss of the last 100 updates.

    Args:
        folder: For `CHECKPOINT` and TensorBoard's files; a checkpoint found there is resumed.
        title: Shown at the progress bar.
        made_from: Everything else that influences the result, for `same_run`: seed of the weights, settings, data.

    Raises:
        UserError: The folder holds another run, or a checkpoint that is damaged or belongs to another network.
    """
    settings = {key: value for key, value in asdict(config).items() if key != _WITHOUT_INFLUENCE}
    same_run(folder, {**made_from, "loop": settings})
    checkpoint = folder / CHECKPOINT
    optimizer = torch.optim.AdamW(module.parameters(), config.learning_rate, weight_decay=config.weight_decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _share(step, config))
    rng = np.random.default_rng(config.seed)
    done, seconds = 0, 0.0
    recent: list[float] = []
    if checkpoint.exists():
        saved = read_torch(checkpoint, "checkpoint", _STATE)
        fill(module, saved["module"], checkpoint)
        try:
            _require_form(saved, module, optimizer, schedule, rng)
            if not 0 <= saved["done"] <= config.steps:
                raise ValueError(f"done is {saved['done']}: must be from 0 to {config.steps}")
            optimizer.load_state_dict(saved["optimizer"])
            schedule.load_state_dict(saved["schedule"])
            rng.bit_generator.state = saved["rng"]
            torch.set_rng_state(saved["torch_rng"])
            done, seconds = int(saved["done"]), float(saved["cpu_seconds"])
            recent = [float(value) for value in saved["recent"]]
        except (TypeError, ValueError, LookupError, ArithmeticError, RuntimeError) as error:
            raise UserError(f"{str(checkpoint)!r} is not a checkpoint of this training: {error}") from error
    module.train()
    began = time.process_time()

    def save(temporary: Path) -> None:
        state = {
            "module": module.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict(),
            "rng": rng.bit_generator.state, "torch_rng": torch.get_rng_state(), "done": done,
            "recent": recent, "cpu_seconds": seconds + time.process_time() - began,
        }  # fmt: skip
        torch.save(state, temporary)

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
               TimeRemainingColumn(), TextColumn("loss {task.fields[loss]}"))  # fmt: skip
    with SummaryWriter(str(folder)) as board, Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task(title, total=config.steps, completed=done, loss="")
        while done < config.steps:
            value = loss(rng)
            optimizer.zero_grad(set_to_none=True)
            value.backward()
            nn.utils.clip_grad_norm_(module.parameters(), config.clip_norm)
            optimizer.step()
            schedule.step()
            done += 1
            recent = [*recent[-99:], float(value.detach())]
            if done % 20 == 0:
                mean = float(np.mean(recent))
                board.add_scalar("loss", mean, done)
                progress.update(bar, completed=done, loss=f"{mean:.4g}")
            if done % config.save_every == 0 or done == config.steps:
                write_whole(checkpoint, save)
    module.eval()
    return float(np.mean(recent)) if recent else float("nan")


def _require_form(
    saved: Mapping[str, Any],
    module: nn.Module,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    rng: np.random.Generator,
) -> None:
    """Raise a ValueError or TypeError unless a checkpoint has the form of what it is to be loaded into."""
    fresh: dict[str, Any] = {
        "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict(), "rng": rng.bit_generator.state,
        "torch_rng": torch.get_rng_state(), "done": 0, "cpu_seconds": 0.0,
    }  # fmt: skip
    moments = saved["optimizer"]["state"]
    fresh["optimizer"]["state"] = {
        index: {"step": torch.zeros(()), "exp_avg": each, "exp_avg_sq": each}
        for index, each in enumerate(module.parameters())
        if index in moments  # a parameter without a gradient has none
    }
    for name, like in fresh.items():
        require_form(saved[name], like, name)


def _share(step: int, config: FitConfig) -> float:
    rise = min(1.0, (step + 1) / max(config.warm_up_steps, 1))
    return float(rise * 0.5 * (1.0 + np.cos(np.pi * min(step / config.steps, 1.0))))
