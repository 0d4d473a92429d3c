"""Train the goal autoencoder: `python -m training.goal_autoencoder.train --demos FOLDER --out out/autoencoder`.

The same command resumes an interrupted training, which ends with the same weights as an uninterrupted one.
"""

import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
import tyro
from numpy.typing import NDArray
from torch import Tensor

from pianomime_core.errors import UserError
from pianomime_core.keyboard import KEYBOARD
from training.demonstrations import load_demonstrations
from training.fitting import FitConfig, device_named, fit
from training.goal_autoencoder.evaluate import evaluate
from training.goal_autoencoder.network import FILE_NAME, REACH_M, AutoencoderConfig, GoalAutoencoder, distance_field
from training.music import synthetic_roll, varied
from training.same_run import fingerprint

_WITHOUT_INFLUENCE = ("demos", "out", "save_every", "device", "threads")


@dataclass(frozen=True)
class LossConfig:
    """The loss.

    Attributes:
        rows: Key states in a batch.
        empty_share: Fraction of them without any key.
        near_weight, near_m: Squared errors at distance d from the nearest due key have weight 1 + near_weight exp(-d /
            near_m): identifying the key matters more than the exact distance.
        spread: RMS distance of two codes whose 88 distances differ by REACH_M (RMS).
        spread_weight: Weight of the squared error of that distance, over pairs in the batch. Without it, the better
            codes distinguish chords, the more they lose the chords' order.
        code_penalty: Weight of the squared codes.
        code_noise: Standard deviation of the noise added to codes before decoding.
    """

    rows: int = 512
    empty_share: float = 0.1
    near_weight: float = 10.0
    near_m: float = 0.02
    spread: float = 4.0
    spread_weight: float = 0.3
    code_penalty: float = 1e-4
    code_noise: float = 0.05


@dataclass(frozen=True)
class Train:
    """Train the goal autoencoder on the rolls of the training clips and on synthetic pieces; print its scores on val.

    Attributes:
        demos: Folder of the demonstrations.
        out: Folder for autoencoder.pt, scores.json, the checkpoint and TensorBoard's files.
        seed: Seed of weights, data and noise.
        pieces: Synthetic pieces to learn from, besides the training clips.
        steps: Number of updates.
        save_every: Updates between checkpoints.
        device: cpu or cuda; None selects CUDA if available.
        threads: Threads of torch.
    """

    demos: Path
    out: Path = Path("out/autoencoder")
    seed: int = 0
    pieces: int = 300
    steps: int = 16000
    save_every: int = 500
    device: str | None = None
    threads: int = 1
    network: AutoencoderConfig = field(default_factory=AutoencoderConfig)
    loss: LossConfig = field(default_factory=LossConfig)

    def run(self) -> int:
        """Train, save and evaluate; return the exit code."""
        torch.set_num_threads(self.threads)
        torch.manual_seed(self.seed)
        device = device_named(self.device)
        rolls = [one.goal for one in load_demonstrations(self.demos, "train")]
        rows = training_rows(rolls, self.pieces, np.random.default_rng(self.seed))
        autoencoder = GoalAutoencoder(self.network).to(device)
        config = FitConfig(steps=self.steps, save_every=self.save_every, seed=self.seed)
        made_from = {key: value for key, value in asdict(self).items() if key not in _WITHOUT_INFLUENCE}
        made_from["key states of the demonstrations"] = fingerprint(rolls)

        def loss(rng: np.random.Generator) -> Tensor:
            return batch_loss(autoencoder, rows, rng, self.loss)

        fit(autoencoder, loss, config, self.out, "goal autoencoder", made_from)
        # The statistics are those of key states as they occur in music, including silence.
        autoencoder.normalise(torch.from_numpy(np.concatenate(rolls)).to(device))
        autoencoder.save(self.out / FILE_NAME)
        return evaluate(autoencoder.cpu(), self.demos, self.out)


def training_rows(rolls: list[NDArray[np.bool_]], pieces: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Non-empty key states (N, 88) of the rolls, of a variation of each, and of a number of synthetic pieces."""
    rows = np.concatenate(
        [*rolls, *(varied(roll, rng) for roll in rolls), *(synthetic_roll(rng) for _ in range(pieces))]
    )
    return np.asarray(rows[rows.any(axis=1)])


def batch_loss(
    autoencoder: GoalAutoencoder, rows: NDArray[np.bool_], rng: np.random.Generator, config: LossConfig
) -> Tensor:
    """Loss of a random batch of rows (N, 88): the decoded distances at all keys, and the distances between codes."""
    device = autoencoder.code_mean.device
    batch = rows[rng.integers(len(rows), size=config.rows)]
    batch[rng.random(config.rows) < config.empty_share] = False
    states = torch.from_numpy(batch).to(device)
    codes = autoencoder.raw_codes(states)
    noise = rng.standard_normal(codes.shape, dtype=np.float32)
    keys_m = torch.tensor(KEYBOARD.center_y_m, dtype=torch.float32, device=device)
    found = autoencoder.distances(codes + config.code_noise * torch.from_numpy(noise).to(device), keys_m) / REACH_M
    target = distance_field(states) / REACH_M
    weight = 1 + config.near_weight * torch.exp(-target * REACH_M / config.near_m)
    decoding = (weight * (found - target) ** 2).mean()
    spread = ((_apart(codes) / config.spread - _apart(target)) ** 2).mean()
    return decoding + config.spread_weight * spread + config.code_penalty * (codes**2).mean()


def _apart(rows: Tensor) -> Tensor:
    # Root mean square difference of each row of the first half from its partner in the second.
    first, second = rows[: len(rows) // 2], rows[len(rows) // 2 : len(rows) // 2 * 2]
    return (first - second).norm(dim=1) / rows.shape[1] ** 0.5


if __name__ == "__main__":
    try:
        sys.exit(tyro.cli(Train).run())
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
