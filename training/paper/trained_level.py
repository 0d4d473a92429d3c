"""A level with its network and normalisation: metres and radians in, metres and radians out."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.paper.configs import Level
from training.paper.heads import LIMIT

_SMALLEST_DEVIATION = 1e-4
"""Values that vary less (m, rad, fraction of a key's travel) count as constant and are not amplified."""


class TrainedLevel(nn.Module):
    """Mean and deviation of every number over the training windows are part of the weights and never recomputed."""

    def __init__(self, level: Level, condition: int, action: int) -> None:
        super().__init__()
        self.level = level
        self.network = level.head.network(condition, level.steps, action)
        self.condition_mean: Tensor
        self.condition_deviation: Tensor
        self.action_mean: Tensor
        self.action_deviation: Tensor
        for name, size in (("condition", (condition,)), ("action", (level.steps, action))):
            self.register_buffer(f"{name}_mean", torch.zeros(size))
            self.register_buffer(f"{name}_deviation", torch.ones(size))

    def prepare(self, conditions: NDArray[np.float32], actions: NDArray[np.float32], rng: np.random.Generator) -> None:
        """Set the statistics from all training windows, (N, C) and (N, H, A)."""
        for name, values in (("condition", conditions), ("action", actions)):
            deviation = values.std(axis=0, dtype=np.float64)
            deviation[deviation < _SMALLEST_DEVIATION] = 1.0
            getattr(self, f"{name}_mean").copy_(torch.from_numpy(values.mean(axis=0, dtype=np.float64)))
            getattr(self, f"{name}_deviation").copy_(torch.from_numpy(deviation))
        normalised = self._normalised("action", torch.from_numpy(actions)).numpy()
        self.level.head.prepare(self.network, normalised, rng)

    def loss(self, conditions: NDArray[np.float32], actions: NDArray[np.float32], rng: np.random.Generator) -> Tensor:
        """The head's loss on a batch (B, C), (B, H, A)."""
        condition, action = (torch.from_numpy(array).to(self.action_mean.device) for array in (conditions, actions))
        return self.level.head.loss(
            self.network, self._normalised("condition", condition), self._normalised("action", action), rng
        )

    @torch.inference_mode()
    def act(self, conditions: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
        """Sample actions (N, H, A) for conditions (N, C)."""
        condition = torch.from_numpy(conditions).to(self.action_mean.device)
        shape = (self.action_mean.shape[0], self.action_mean.shape[1])
        drawn = self.level.head.sample(self.network, self._normalised("condition", condition), shape, rng)
        found: NDArray[np.float32] = (drawn * self.action_deviation + self.action_mean).cpu().numpy()
        return found

    def _normalised(self, name: str, values: Tensor) -> Tensor:
        mean, deviation = getattr(self, f"{name}_mean"), getattr(self, f"{name}_deviation")
        return ((values - mean) / deviation).clamp(-LIMIT, LIMIT)
