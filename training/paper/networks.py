"""Conditional networks: a plain MLP, and two that denoise an action given the condition.

Denoisers have one signature, `(sample (B, H, A), timestep (B,), condition (B, C)) -> (B, H, A)`: H steps of A numbers.
The timestep is that of the noise, 0 (none) to 100 (pure noise), not that of the music.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

TIME_SPAN = 100.0
"""Noise times are scaled to the range from 0 to this, so that one embedding serves all heads."""


@dataclass(frozen=True)
class MlpSize:
    """Width and number of hidden layers (plain) or residual blocks (denoiser)."""

    width: int
    layers: int


@dataclass(frozen=True)
class UnetSize:
    """Channels at each resolution, kernel and groups of the normalisation, as Diffusion Policy has them; `time` is the
    size of the embedding of the noise time."""

    channels: tuple[int, ...] = (256, 512, 1024)
    kernel: int = 5
    groups: int = 8
    time: int = 256


def plain_mlp(condition: int, outputs: int, size: MlpSize) -> nn.Sequential:
    """(B, condition) -> (B, outputs)."""
    widths = [condition, *[size.width] * size.layers]
    hidden = [layer for a, b in pairwise(widths) for layer in (nn.Linear(a, b), nn.GELU())]
    return nn.Sequential(*hidden, nn.Linear(size.width, outputs))


def denoiser(horizon: int, action: int, condition: int, size: MlpSize | UnetSize) -> nn.Module:
    """Return a denoiser for (B, horizon, action) given (B, condition)."""
    if isinstance(size, MlpSize):
        return FilmMlp(horizon, action, condition, size)
    return Unet(horizon, action, condition, size)


class TimeEmbedding(nn.Module):
    """(B,) noise times -> (B, size) sines and cosines of geometrically spaced frequencies (Vaswani et al. 2017)."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.frequencies: Tensor
        frequencies = torch.exp(-math.log(10000.0) * torch.arange(size // 2) / (size // 2 - 1))
        self.register_buffer("frequencies", frequencies, persistent=False)

    def forward(self, timestep: Tensor) -> Tensor:
        """See the class."""
        angles = timestep[:, None] * self.frequencies
        return torch.cat([angles.sin(), angles.cos()], dim=-1)


class FilmMlp(nn.Module):
    """Residual MLP over the flattened action; the condition and the noise time scale and shift every block (FiLM).

    It replaces the paper's U-Net: over four steps there is little to convolve, and it costs a tenth on a CPU.
    """

    def __init__(self, horizon: int, action: int, condition: int, size: MlpSize) -> None:
        super().__init__()
        width, time = size.width, 64
        # The condition also enters directly: after the nonlinear context, precise positions are hard to copy.
        self.enter = nn.Linear(horizon * action + condition, width)
        self.context = nn.Sequential(nn.Linear(condition + time, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU())
        self.time = TimeEmbedding(time)
        self.blocks = nn.ModuleList(_FilmBlock(width) for _ in range(size.layers))
        self.leave = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, horizon * action))

    def forward(self, sample: Tensor, timestep: Tensor, condition: Tensor) -> Tensor:
        """See the module."""
        context = self.context(torch.cat([condition, self.time(timestep)], dim=-1))
        hidden = self.enter(torch.cat([sample.flatten(1), condition], dim=-1))
        for block in self.blocks:
            hidden = block(hidden, context)
        found: Tensor = self.leave(hidden).view_as(sample)
        return found


class _FilmBlock(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.film = nn.Linear(width, 2 * width)
        self.layers = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, hidden: Tensor, context: Tensor) -> Tensor:
        scale, shift = self.film(context).chunk(2, dim=-1)
        found: Tensor = hidden + self.layers(self.norm(hidden) * (1 + scale) + shift)
        return found


class Unet(nn.Module):
    """Diffusion Policy's conditional 1-D U-Net over the steps (Chi et al. 2023, `ConditionalUnet1D`): two residual
    blocks at each resolution, each scaled and shifted by the condition and the noise time."""

    def __init__(self, horizon: int, action: int, condition: int, size: UnetSize) -> None:
        super().__init__()
        channels, context = size.channels, size.time + condition
        if horizon % 2 ** (len(channels) - 1):
            raise ValueError(f"{horizon} steps cannot be halved {len(channels) - 1} times")
        self.time = nn.Sequential(
            TimeEmbedding(size.time),
            nn.Linear(size.time, 4 * size.time),
            nn.Mish(),
            nn.Linear(4 * size.time, size.time),
        )
        self.enter = _Stage(action, channels[0], context, size)
        self.down = nn.ModuleList(_Stage(a, b, context, size) for a, b in pairwise(channels))
        self.halvings = nn.ModuleList(nn.Conv1d(a, a, 3, 2, 1) for a in channels[:-1])
        self.middle = _Stage(channels[-1], channels[-1], context, size)
        # The skip connection doubles the channels.
        upwards = list(pairwise(reversed(channels)))
        self.up = nn.ModuleList(_Stage(2 * b, a, context, size) for b, a in upwards)
        self.doublings = nn.ModuleList(nn.ConvTranspose1d(a, a, 4, 2, 1) for _, a in upwards)
        self.leave = nn.Sequential(_convolution(channels[0], channels[0], size), nn.Conv1d(channels[0], action, 1))

    def forward(self, sample: Tensor, timestep: Tensor, condition: Tensor) -> Tensor:
        """See the module."""
        context = torch.cat([self.time(timestep), condition], dim=-1)
        hidden = self.enter(sample.transpose(1, 2), context)
        skipped = []
        for halve, stage in zip(self.halvings, self.down, strict=True):
            hidden = stage(halve(hidden), context)
            skipped.append(hidden)
        hidden = self.middle(hidden, context)
        for stage, double in zip(self.up, self.doublings, strict=True):
            hidden = double(stage(torch.cat([hidden, skipped.pop()], dim=1), context))
        found: Tensor = self.leave(hidden).transpose(1, 2)
        return found


def _convolution(inputs: int, outputs: int, size: UnetSize) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv1d(inputs, outputs, size.kernel, padding=size.kernel // 2), nn.GroupNorm(size.groups, outputs), nn.Mish()
    )


class _Stage(nn.Module):
    """Two residual blocks at one resolution."""

    def __init__(self, inputs: int, outputs: int, context: int, size: UnetSize) -> None:
        super().__init__()
        self.first = _ConvBlock(inputs, outputs, context, size)
        self.second = _ConvBlock(outputs, outputs, context, size)

    def forward(self, hidden: Tensor, context: Tensor) -> Tensor:
        found: Tensor = self.second(self.first(hidden, context), context)
        return found


class _ConvBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, context: int, size: UnetSize) -> None:
        super().__init__()
        self.enter, self.leave = _convolution(inputs, outputs, size), _convolution(outputs, outputs, size)
        self.film = nn.Sequential(nn.Mish(), nn.Linear(context, 2 * outputs))
        self.around = nn.Conv1d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, hidden: Tensor, context: Tensor) -> Tensor:
        scale, shift = self.film(context)[..., None].chunk(2, dim=1)
        found: Tensor = self.leave(self.enter(hidden) * scale + shift) + self.around(hidden)
        return found
