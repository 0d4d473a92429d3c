"""The goal autoencoder: encodes a key state as 16 numbers that determine the distance to the nearest due key.

After PianoMime (arXiv 2407.18178, section on the representation of goals): an encoder of the 88 keys, and a decoder
that maps code and query to the distance from any key to the nearest due key (a signed distance field without inside).
Unlike bits, such distances change little when a chord is moved by a key.

Differences from the paper: the encoder also reads these distances, and the loss requires codes to be as far apart as
the distances differ, because codes trained only for decoding lose that order. LayerNorm replaces the published code's
BatchNorm, which ran in training mode and made codes depend on the rows they were encoded with. Distances are in metres,
because keys are not evenly spaced.
"""

from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from pianomime_core.errors import UserError
from pianomime_core.keyboard import KEYBOARD, NUM_KEYS
from pianomime_core.whole_file import write_whole
from training.torch_file import fill, read_torch

REACH_M = 0.25
"""Distances are clipped to this, about an octave and a half: an empty goal is this far from every key."""
FILE_NAME = "autoencoder.pt"


@dataclass(frozen=True)
class AutoencoderConfig:
    """Sizes of the network.

    Attributes:
        code_size: Numbers in a code.
        width: Width of the hidden layers of encoder and decoder.
        modes: Number of query functions that the decoder mixes.
        longest_wave_m, shortest_wave_m, waves: Wavelengths of the sinusoidal features of a query.
    """

    code_size: int = 16
    width: int = 256
    modes: int = 128
    longest_wave_m: float = 2.4
    shortest_wave_m: float = 0.022
    waves: int = 32


def distance_field(rows: Tensor) -> Tensor:
    """Distance along the keyboard from each key to the nearest due one [m], clipped to REACH_M: (N, 88) float32.

    Args:
        rows: (N, 88) bool, due keys.
    """
    y = torch.tensor(KEYBOARD.center_y_m, dtype=torch.float32, device=rows.device).expand(rows.shape)
    below = torch.where(rows, y, -torch.inf).cummax(dim=1).values
    above = torch.where(rows, y, torch.inf).flip(1).cummin(dim=1).values.flip(1)
    return torch.minimum(y - below, above - y).clamp(max=REACH_M)


class GoalAutoencoder(nn.Module):
    """Encoder and decoder.

    Attributes:
        code_mean, code_scale: (code_size,) and (1,), statistics of the raw codes of the training rows. All numbers
            share one scale, since individual scales would amplify numbers that the encoder does not use.
    """

    wave_numbers: Tensor
    code_mean: Tensor
    code_scale: Tensor

    def __init__(self, config: AutoencoderConfig | None = None) -> None:
        super().__init__()
        self.config = c = config or AutoencoderConfig()
        self.encoder = _layers(2 * NUM_KEYS, c.width, c.width, c.code_size)
        self.mixture = _layers(c.code_size, c.width, c.width, c.modes)
        self.query = _layers(2 * c.waves, c.width, c.modes)
        wavelengths = torch.logspace(np.log10(c.longest_wave_m), np.log10(c.shortest_wave_m), c.waves)
        self.register_buffer("wave_numbers", 2 * torch.pi / wavelengths)
        self.register_buffer("code_mean", torch.zeros(c.code_size))
        self.register_buffer("code_scale", torch.ones(1))

    def raw_codes(self, rows: Tensor) -> Tensor:
        """(N, 88) bool -> (N, code_size), before normalisation."""
        bits = rows.to(self.code_mean.dtype)
        codes: Tensor = self.encoder(torch.cat([2 * distance_field(rows) / REACH_M - 1, 2 * bits], dim=1))
        return codes

    def distances(self, raw_codes: Tensor, query_y_m: Tensor) -> Tensor:
        """Distance [m] from Q positions along the keyboard to the nearest due key of N raw codes: (N, Q)."""
        phase = query_y_m[:, None] * self.wave_numbers
        modes = self.query(torch.cat([phase.sin(), phase.cos()], dim=1))
        found: Tensor = REACH_M * (0.5 + self.mixture(raw_codes) @ modes.T / self.config.modes**0.5)
        return found

    @torch.no_grad()
    def encode(self, rows: Tensor | ArrayLike) -> NDArray[np.float32]:
        """Codes (N, code_size) of key states (N, 88), of zero mean and unit variance over the training rows.

        Raises:
            ValueError: The rows have another shape.
        """
        states = torch.as_tensor(np.asarray(rows) if not isinstance(rows, Tensor) else rows).bool()
        if states.ndim != 2 or states.shape[1] != NUM_KEYS:
            raise ValueError(f"rows have shape {tuple(states.shape)}: want (N, {NUM_KEYS})")
        codes = (self.raw_codes(states.to(self.code_mean.device)) - self.code_mean) / self.code_scale
        return np.asarray(codes.cpu().numpy(), dtype=np.float32)

    @torch.no_grad()
    def normalise(self, rows: Tensor) -> None:
        """Set mean and scale of the codes from training rows (N, 88)."""
        codes = self.raw_codes(rows)
        self.code_mean.copy_(codes.mean(dim=0))
        self.code_scale.copy_(codes.var(dim=0).mean().sqrt())

    def save(self, path: Path) -> None:
        """Write sizes and weights to a file."""
        write_whole(path, lambda file: torch.save({"config": asdict(self.config), "weights": self.state_dict()}, file))

    @classmethod
    def load(cls, path: Path) -> "GoalAutoencoder":
        """Read the file written by `save`, or FILE_NAME in a folder, on the CPU.

        Raises:
            UserError: It is missing or another kind of file.
        """
        file = path / FILE_NAME if path.is_dir() else path
        what = "goal autoencoder that python -m training.goal_autoencoder.train made"
        saved = read_torch(file, what, ("config", "weights"))
        try:
            with torch.device("meta"):  # allocates nothing before the sizes are checked
                model = cls(AutoencoderConfig(**saved["config"]))
        except (TypeError, ValueError, RuntimeError, ArithmeticError) as error:
            raise UserError(f"{str(file)!r} is not a {what}: its sizes are invalid: {error}") from error
        fill(model, saved["weights"], file)
        return model.eval()


def _layers(*sizes: int) -> nn.Sequential:
    hidden: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes[:-1]):
        hidden += [nn.Linear(inputs, outputs), nn.LayerNorm(outputs), nn.GELU()]
    return nn.Sequential(*hidden, nn.Linear(sizes[-2], sizes[-1]))
