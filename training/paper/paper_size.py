"""The paper's two networks at their published size with random weights, to measure their cost.

A control step of the paper's system has `STEPS["high"]` denoising steps of the high level and then `STEPS["low"]` of
the low level, each one call of the network on the previous sample (PianoMime section 3.3: DDPM, U-Nets of 256, 512 and
1024 channels). Memory and arithmetic do not depend on the weights, so random ones serve for timing.
"""

from pathlib import Path
from types import MappingProxyType

import torch
from torch import nn

from training.export import export
from training.paper.networks import Unet, UnetSize

STEPS = MappingProxyType({"high": 100, "low": 50})
"""Denoising steps per control step."""
INPUTS = ("sample", "timestep", "condition")
"""(rows, 4, A), (rows,) and (rows, C) float32."""
OUTPUT = "noise"
# 11 goal codes of 16 and 12 fingertips x 3 before -> 12 fingertips x 3;
# 4 x (code + fingertips), 54 joints, 54 velocities, 88 keys -> 46 targets.
_SHAPES = MappingProxyType({"high": (36, 11 * 16 + 36), "low": (46, 4 * (16 + 36) + 54 + 54 + 88)})
_HORIZON = 4
_PROVENANCE = MappingProxyType(
    {"training_data": "none: random weights", "command": "export_paper_sized", "seed": 0, "scores": {}}
)


def paper_sized_networks() -> dict[str, nn.Module]:
    """The "high" and the "low" network, with random weights."""
    return {name: Unet(_HORIZON, action, condition, UnetSize()).eval() for name, (action, condition) in _SHAPES.items()}


def export_paper_sized(folder: Path) -> None:
    """Write high.onnx and low.onnx, one denoising step each, inputs `INPUTS` and output `OUTPUT`."""
    for name, network in paper_sized_networks().items():
        action, condition = _SHAPES[name]
        example = (torch.zeros(2, _HORIZON, action), torch.zeros(2), torch.zeros(2, condition))
        export(network, dict(zip(INPUTS, example, strict=True)), [OUTPUT], folder / f"{name}.onnx", _PROVENANCE)
