"""Heads: the meaning of a network's output, its loss, and how an action is sampled from it.

All heads use normalised numbers: `condition` (B, C) and `action` (B, H, A) with mean 0 and variance 1 over the training
data, never beyond `LIMIT`. Random numbers come from one numpy generator, so they are the same on every device.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
import torch
from diffusers import DDIMScheduler, DDPMScheduler
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2
from torch import Tensor, nn
from torch.nn import functional

from training.paper.networks import TIME_SPAN, MlpSize, UnetSize, denoiser, plain_mlp

LIMIT = 5.0
"""Limit of normalised values: a key that is hardly ever played has a tiny variance, and a hand may jump."""


class Head(Protocol):
    """Settings of a head; it has no state, everything learned is in the network."""

    def network(self, condition: int, horizon: int, action: int) -> nn.Module:
        """A new network for (B, condition) and (B, horizon, action)."""
        ...

    def prepare(self, network: nn.Module, actions: NDArray[np.float32], rng: np.random.Generator) -> None:
        """Set, before training, what depends on all training actions (N, H, A)."""
        ...

    def loss(self, network: nn.Module, condition: Tensor, action: Tensor, rng: np.random.Generator) -> Tensor:
        """Return the loss of a batch, a scalar."""
        ...

    def sample(self, network: nn.Module, condition: Tensor, shape: tuple[int, int], rng: np.random.Generator) -> Tensor:
        """Sample actions (B, *shape) for conditions (B, C)."""
        ...


def _normal(shape: tuple[int, ...], like: Tensor, rng: np.random.Generator) -> Tensor:
    return torch.from_numpy(rng.standard_normal(shape, dtype=np.float32)).to(like.device)


@dataclass(frozen=True)
class _Denoising:
    size: MlpSize | UnetSize

    def network(self, condition: int, horizon: int, action: int) -> nn.Module:
        """See `Head`."""
        return denoiser(horizon, action, condition, self.size)

    def prepare(self, network: nn.Module, actions: NDArray[np.float32], rng: np.random.Generator) -> None:
        """See `Head`."""


@dataclass(frozen=True)
class Diffusion(_Denoising):
    """Denoising diffusion (Ho et al. 2020), squared-cosine schedule.

    The network predicts the velocity (Salimans & Ho 2022), a mixture of noise and action that is well conditioned at
    every noise level, not the noise as in the paper: near pure noise a small error of the noise is a huge error of the
    action, which a few steps cannot correct.

    Attributes:
        steps: Noise levels in training.
        sampling_steps: Network calls per action: `steps` of them are DDPM, as in the paper; fewer are DDIM (Song et
            al. 2021), where only the initial noise is random.
    """

    steps: int = 100
    sampling_steps: int = 5

    def loss(self, network: nn.Module, condition: Tensor, action: Tensor, rng: np.random.Generator) -> Tensor:
        """See `Head`."""
        noise = _normal(tuple(action.shape), action, rng)
        level = torch.from_numpy(rng.integers(self.steps, size=len(action))).to(action.device)
        noisy = _scheduler(self.steps, self.steps).add_noise(action, noise, level)
        target = _scheduler(self.steps, self.steps).get_velocity(action, noise, level)
        return functional.mse_loss(network(noisy, self._timestep(level), condition), target)

    def sample(self, network: nn.Module, condition: Tensor, shape: tuple[int, int], rng: np.random.Generator) -> Tensor:
        """See `Head`."""
        scheduler = _scheduler(self.steps, self.sampling_steps)
        sample = _normal((len(condition), *shape), condition, rng)
        generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
        for level in scheduler.timesteps.tolist():
            velocity = network(sample, self._timestep(torch.full_like(condition[:, 0], level)), condition)
            sample = scheduler.step(velocity, level, sample, generator=generator).prev_sample
        return sample

    def _timestep(self, level: Tensor) -> Tensor:
        return level.float() * (TIME_SPAN / self.steps)


@cache
def _scheduler(steps: int, sampling_steps: int) -> Any:
    scheduler: Any
    settings: dict[str, Any] = {
        "beta_schedule": "squaredcos_cap_v2",
        "clip_sample_range": LIMIT,
        "prediction_type": "v_prediction",
    }
    if sampling_steps == steps:
        scheduler = DDPMScheduler(steps, **settings)
    else:
        # Trailing: the first step is at pure noise, where sampling begins (Lin et al. 2024).
        scheduler = DDIMScheduler(steps, timestep_spacing="trailing", **settings)
    scheduler.set_timesteps(sampling_steps)
    return scheduler


@dataclass(frozen=True)
class Flow(_Denoising):
    """Flow matching (Lipman et al. 2023): the network predicts action - noise on the straight line between them, which
    sampling follows in `sampling_steps` Euler steps."""

    sampling_steps: int = 4

    def loss(self, network: nn.Module, condition: Tensor, action: Tensor, rng: np.random.Generator) -> Tensor:
        """See `Head`."""
        noise = _normal(tuple(action.shape), action, rng)
        share = torch.from_numpy(rng.random(len(action), dtype=np.float32)).to(action.device)
        noisy = torch.lerp(action, noise, share[:, None, None])
        return functional.mse_loss(network(noisy, share * TIME_SPAN, condition), action - noise)

    def sample(self, network: nn.Module, condition: Tensor, shape: tuple[int, int], rng: np.random.Generator) -> Tensor:
        """See `Head`."""
        sample = _normal((len(condition), *shape), condition, rng)
        for step in range(self.sampling_steps):
            share = torch.full_like(condition[:, 0], 1 - step / self.sampling_steps)
            sample = sample + network(sample, share * TIME_SPAN, condition) / self.sampling_steps
        return sample.clamp(-LIMIT, LIMIT)


@dataclass(frozen=True)
class Regression:
    """Mean squared error: a single action, the mean of all actions for the condition."""

    size: MlpSize

    def network(self, condition: int, horizon: int, action: int) -> nn.Module:
        """See `Head`."""
        return plain_mlp(condition, horizon * action, self.size)

    def prepare(self, network: nn.Module, actions: NDArray[np.float32], rng: np.random.Generator) -> None:
        """See `Head`."""

    def loss(self, network: nn.Module, condition: Tensor, action: Tensor, rng: np.random.Generator) -> Tensor:
        """See `Head`."""
        return functional.mse_loss(network(condition), action.flatten(1))

    def sample(self, network: nn.Module, condition: Tensor, shape: tuple[int, int], rng: np.random.Generator) -> Tensor:
        """See `Head`."""
        found: Tensor = network(condition).unflatten(1, shape)
        return found


class Binned(nn.Module):
    """An MLP that outputs logits (B, K) and offsets (B, K, A) for `centres` (K, A)."""

    def __init__(self, condition: int, outputs: int, bins: int, size: MlpSize) -> None:
        super().__init__()
        self.centres: Tensor
        self.register_buffer("centres", torch.zeros(bins, outputs))
        self.layers = plain_mlp(condition, bins * (1 + outputs), size)

    def forward(self, condition: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        bins = len(self.centres)
        found = self.layers(condition)
        return found[:, :bins], found[:, bins:].unflatten(1, (bins, -1))


@dataclass(frozen=True)
class Bins:
    """Behaviour Transformer's head (Shafiullah et al. 2022): a cluster of actions and an offset from its centre.

    Attributes:
        bins: Number of clusters, K.
        focus: Exponent of the focal loss of the cluster.
        offset_weight: Weight of the offset's mean squared error relative to it.
        clustered: Number of actions used for clustering.
    """

    size: MlpSize
    bins: int = 64
    focus: float = 2.0
    offset_weight: float = 10.0
    clustered: int = 20_000

    def network(self, condition: int, horizon: int, action: int) -> nn.Module:
        """See `Head`."""
        return Binned(condition, horizon * action, self.bins, self.size)

    def prepare(self, network: nn.Module, actions: NDArray[np.float32], rng: np.random.Generator) -> None:
        """See `Head`."""
        assert isinstance(network, Binned)
        some = actions[rng.choice(len(actions), min(self.clustered, len(actions)), replace=False)]
        centres, _ = kmeans2(some.reshape(len(some), -1), self.bins, minit="++", seed=rng)
        network.centres.copy_(torch.from_numpy(centres))

    def loss(self, network: nn.Module, condition: Tensor, action: Tensor, rng: np.random.Generator) -> Tensor:
        """See `Head`."""
        assert isinstance(network, Binned)
        target = action.flatten(1)
        chosen = torch.cdist(target, network.centres).argmin(dim=1)
        logits, offsets = network(condition)
        log_share = functional.log_softmax(logits, dim=1).gather(1, chosen[:, None])[:, 0]
        choice = -((1 - log_share.exp()) ** self.focus * log_share).mean()
        rows = torch.arange(len(target), device=target.device)
        offset = functional.mse_loss(network.centres[chosen] + offsets[rows, chosen], target)
        return choice + self.offset_weight * offset

    def sample(self, network: nn.Module, condition: Tensor, shape: tuple[int, int], rng: np.random.Generator) -> Tensor:
        """See `Head`."""
        assert isinstance(network, Binned)
        logits, offsets = network(condition)
        # The maximum of logits + Gumbel noise is a sample from their softmax.
        gumbel = torch.from_numpy(rng.gumbel(size=tuple(logits.shape)).astype(np.float32)).to(logits.device)
        chosen = (logits + gumbel).argmax(dim=1)
        rows = torch.arange(len(chosen), device=chosen.device)
        return (network.centres[chosen] + offsets[rows, chosen]).unflatten(1, shape).clamp(-LIMIT, LIMIT)
