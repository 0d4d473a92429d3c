"""The posture network, from one coming row of a hand to joint changes and pressing offsets, and its loss."""

import torch
from torch import Tensor, nn

_BEND_MM = 4.0
"""Larger errors are rare and hopeless, or early in training; they must not dominate the others."""


class PostureNetwork(nn.Module):
    """An MLP with a linear bypass, since small corrections are nearly linear in the fingertip errors.

    Args:
        features: Numbers for each row, D.
        coordinates: Actuator coordinates of a hand, n.
        width: Units of the hidden layers.
    """

    def __init__(self, features: int, coordinates: int, width: int = 512) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(features, width), nn.GELU(), nn.Linear(width, width), nn.GELU(), nn.Linear(width, 2 * coordinates)
        )
        self.bypass = nn.Linear(features, 2 * coordinates, bias=False)

    def forward(self, features: Tensor) -> Tensor:
        """(R, D) -> (R, 2 n); see `pianomime_policy.controllers.generalist.learned_hand.Postures`."""
        return self.layers(features) + self.bypass(features)


def posture_loss(answer: Tensor, label: Tensor, jacobian: Tensor, weight: Tensor, joint_share: float) -> Tensor:
    """Mean over rows of half the squared error in mm^2; beyond `_BEND_MM` it grows linearly.

    What counts is where the fingertips would be, each square with its weight in the inverse kinematics. The joints
    themselves count a little, so that hands look like the teacher's where no fingertip determines them.

    Args:
        answer, label: (R, 2 n).
        jacobian: (R, 15, n) of the fingertips in m per unit.
        weight: (R, 15) of the squared fingertip errors.
        joint_share: Weight of the joints' own errors, in units, against fingertip errors in mm.
    """
    off, push_off = torch.chunk(answer - label, 2, dim=1)
    tips_mm = 1e3 * weight.sqrt() * torch.einsum("rki,ri->rk", jacobian, off)
    squares = tips_mm.square().sum(1) + joint_share * (off.square().sum(1) + push_off.square().sum(1))
    return (_BEND_MM**2 * ((1.0 + squares / _BEND_MM**2).sqrt() - 1.0)).mean()
