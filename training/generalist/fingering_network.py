"""The fingering network, which scores a choice from its features, and its loss over the choices of each onset."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


class FingeringNetwork(nn.Module):
    """An MLP that scores choices independently.

    Args:
        features: Numbers for each choice, D.
        width: Units of the two hidden layers.
    """

    def __init__(self, features: int, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(features, width), nn.GELU(), nn.Linear(width, width), nn.GELU(), nn.Linear(width, 1)
        )

    def forward(self, features: Tensor) -> Tensor:
        """(B, D) -> (B,) scores; their softmax over the choices of one onset is the policy."""
        return self.layers(features).squeeze(-1)

    def chooser(self) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
        """The network as a `Chooser` for `fingering_examples`."""

        def scores(features: NDArray[np.float32]) -> NDArray[np.float32]:
            with torch.inference_mode():
                return np.asarray(self(torch.from_numpy(features)).numpy())

        return scores


def choice_loss(score: Tensor, label: Tensor, onset: Tensor, onsets: int) -> Tensor:
    """Mean over the onsets of the cross entropy between labels and scores.

    Args:
        score, label: (R,) of all choices; labels sum to 1 for each onset.
        onset: (R,) which onset each choice belongs to, 0 .. onsets - 1.
    """
    highest = torch.full((onsets,), -torch.inf, device=score.device).scatter_reduce(0, onset, score.detach(), "amax")
    shifted = score - highest[onset]
    total = torch.zeros(onsets, device=score.device).scatter_add(0, onset, shifted.exp())
    log_probability = shifted - total.log()[onset]
    return -(label * log_probability).sum() / onsets
