"""Train the goal autoencoder: `python -m training.goal_autoencoder.train --demos FOLDER --out out/autoencoder`.

The same command goes on where it was stopped, and ends with the same weights as if it had not been.
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
    """What is minimised.

    Attributes:
        rows: Key states of a batch.
        empty_share: Of them without any key.
        near_weight, near_m: Squared errors at a distance d from the nearest due key weigh 1 + near_weight exp(-d /
            near_m): which key it is counts more than how far it is away.
        spread: Distance of two codes, root mean square, where their 88 distances differ by REACH_M, root mean square.
        spread_weight: Of the squared error of that, among pairs of the batch. Without it codes lose the order of
            chords the more, the better they are told apart.
        code_penalty: Of the squared codes.
        code_noise: Standard deviation of what is added to the codes before they are decoded.
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
    """Train the goal autoencoder on the rolls of the training clips and on made-up pieces; print what it does on val.

    Attributes:
        demos: Folder of the demonstrations.
        out: Folder for autoencoder.pt, scores.json, the checkpoint and TensorBoard's files.
        seed: Of weights, data and noise.
        pieces: Made-up pieces to learn from, beside the training clips.
        steps: Updates.
        save_every: Updates between checkpoints.
        device: cpu or cuda; None takes CUDA where there is some.
        threads: Of torch.
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
        """Train, save, evaluate; the exit code."""
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
        # Normal are the key states as they come in music, silence too.
        autoencoder.normalise(torch.from_numpy(np.concatenate(rolls)).to(device))
        autoencoder.save(self.out / FILE_NAME)
        return evaluate(autoencoder.cpu(), self.demos, self.out)


def training_rows(rolls: list[NDArray[np.bool_]], pieces: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Key states (N, 88) with some key due: of the rolls, of a variation of each, and of so many made-up pieces."""
    rows = np.concatenate(
        [*rolls, *(varied(roll, rng) for roll in rolls), *(synthetic_roll(rng) for _ in range(pieces))]
    )
    return np.asarray(rows[rows.any(axis=1)])


def batch_loss(
    autoencoder: GoalAutoencoder, rows: NDArray[np.bool_], rng: np.random.Generator, config: LossConfig
) -> Tensor:
    """Loss of a random batch of rows (N, 88): of the distances told at all keys, and of the spread of the codes."""
    device = autoencoder.code_mean.device
    batch = rows[rng.integers(len(rows), size=config.rows)]
    batch[rng.random(config.rows) < config.empty_share] = False
    states = torch.from_numpy(batch).to(device)
    codes = autoencoder.raw_codes(states)
    noise = rng.standard_normal(codes.shape, dtype=np.float32)
    keys_m = torch.tensor(KEYBOARD.center_y_m, dtype=torch.float32, device=device)
    found = autoencoder.distances(codes + config.code_noise * torch.from_numpy(noise).to(device), keys_m) / REACH_M
    wanted = distance_field(states) / REACH_M
    weight = 1 + config.near_weight * torch.exp(-wanted * REACH_M / config.near_m)
    told = (weight * (found - wanted) ** 2).mean()
    spread = ((_apart(codes) / config.spread - _apart(wanted)) ** 2).mean()
    return told + config.spread_weight * spread + config.code_penalty * (codes**2).mean()


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
