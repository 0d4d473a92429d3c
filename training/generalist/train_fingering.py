"""Train the fingering network: `python -m training.generalist.train_fingering --demos D --out out/fingering --seed 0`.

DAgger iterations: label with the teacher, then train on all labels so far. In the first iteration the teacher plays, in
later ones the network does. What is already finished in `--out` is not repeated.
"""

import os
import sys
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
import tyro
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_policy.controllers.generalist.fingering_choices import ChoiceConfig
from training.fitting import FitConfig, device_named, fit
from training.generalist.dagger import WITHOUT_INFLUENCE, cached, over_processes
from training.generalist.fingering_examples import ExampleConfig, Examples, fingering_examples
from training.generalist.fingering_network import FingeringNetwork, choice_loss
from training.generalist.trained import Trained
from training.music import Roll, synthetic_roll, train_rolls, varied
from training.same_run import fingerprint, same_run

Weights = dict[str, torch.Tensor]
Shape = dict[str, int]


@dataclass(frozen=True)
class TrainFingering:
    """Train the fingering network.

    Attributes:
        demos: Folder of the demonstrations; only training clips are read.
        out: Folder for examples, checkpoints, TensorBoard's files and `network.pt`.
        seed: Random seed of the whole training.
        rounds: DAgger iterations.
        varied: Variations of every training clip in each iteration, besides the clip itself in the first.
        made_up: Synthetic pieces in each iteration.
        every: Use only every n-th training clip.
        onsets: Onsets per batch.
        width: Units of the hidden layers.
        jobs: Processes that label; does not influence the result.
        device: Device for torch; by default CUDA if available.
        fit, last_fit: Training in each iteration, and in the last one, whose network is the result.
    """

    demos: Path
    out: Path
    seed: int = 0
    rounds: int = 3
    varied: int = 1
    made_up: int = 300
    every: int = 1
    onsets: int = 256
    width: int = 256
    jobs: int = len(os.sched_getaffinity(0))
    device: str | None = None
    examples: ExampleConfig = field(default_factory=ExampleConfig)
    fit: FitConfig = field(default_factory=lambda: FitConfig(steps=2000))
    last_fit: FitConfig = field(default_factory=lambda: FitConfig(steps=20000))

    def run(self) -> Path:
        """Train and return the file of the weights."""
        rolls = train_rolls(self.demos, self.every)
        made_from = self._made_from(rolls)
        same_run(self.out, made_from)
        device = device_named(self.device)
        torch.manual_seed(self.seed)
        network = FingeringNetwork(**self._shape).to(device)
        parts: list[Examples] = []
        for number in range(self.rounds):
            learner = None if number == 0 else {name: value.cpu() for name, value in network.state_dict().items()}
            parts.append(self._examples(number, rolls, learner))
            batches = Batches(Examples.join(parts), self.onsets, device)
            config = replace(self.last_fit if number == self.rounds - 1 else self.fit, seed=self.seed + number)
            name = f"round-{number}"
            loss = fit(network, partial(batches.loss, network), config, self.out / name, name, made_from)
            print(f"iteration {number}: loss {loss:.4f}", flush=True)
        layout = ChoiceConfig().layout()
        return Trained.of(network, self._shape, layout, self.seed, self._data(parts)).save(self.out / "network.pt")

    def _made_from(self, rolls: list[Roll]) -> dict[str, Any]:
        settings = {key: value for key, value in asdict(self).items() if key not in WITHOUT_INFLUENCE}
        layout = ChoiceConfig().layout()
        return {**settings, "observation": layout, "clips of the demonstrations": fingerprint(rolls)}

    @property
    def _shape(self) -> dict[str, int]:
        return {"features": ChoiceConfig().features, "width": self.width}

    def _data(self, parts: list[Examples]) -> str:
        onsets = sum(len(part.first) - 1 for part in parts)
        return (
            f"{onsets} onsets of PianoMime's training clips, their variations and synthetic music, labelled by search"
        )

    def _examples(self, number: int, rolls: list[Roll], learner: Weights | None) -> Examples:
        rng = np.random.default_rng([self.seed, number])
        pieces = (list(rolls) if number == 0 else []) + [varied(r, rng) for r in rolls for _ in range(self.varied)]
        pieces += [synthetic_roll(rng) for _ in range(self.made_up)]
        tasks = [(piece, int(rng.integers(2**31)), self.examples, learner, self._shape) for piece in pieces]

        def label() -> Examples:
            parts, regrets = zip(
                *over_processes(_label, tasks, self.jobs, f"iteration {number}: labelling"), strict=True
            )
            regret = np.concatenate(regrets)
            print(f"iteration {number}: {len(regret)} onsets, regret of the player {regret.mean():.3f}", flush=True)
            return Examples.join(list(parts))

        return cached(self.out / f"examples-{number}.npz", label, Examples)


class Batches:
    """Draws batches of onsets and computes their loss."""

    def __init__(self, examples: Examples, onsets: int, device: torch.device) -> None:
        self._examples, self._onsets, self._device = examples, onsets, device

    def loss(self, network: FingeringNetwork, rng: np.random.Generator) -> torch.Tensor:
        """The loss of a random batch."""
        e = self._examples
        drawn = rng.integers(len(e.first) - 1, size=self._onsets)
        first, size = e.first[drawn], e.first[drawn + 1] - e.first[drawn]
        onset = np.repeat(np.arange(self._onsets), size)
        rows = np.repeat(first - np.concatenate([[0], np.cumsum(size)[:-1]]), size) + np.arange(size.sum())
        features = torch.from_numpy(e.features[rows].astype(np.float32)).to(self._device)
        label = torch.from_numpy(e.label[rows]).to(self._device)
        return choice_loss(network(features), label, torch.from_numpy(onset).to(self._device), self._onsets)


Task = tuple[Roll, int, ExampleConfig, Weights | None, Shape]


def _label(task: Task) -> tuple[Examples, NDArray[np.float32]]:
    roll, seed, config, weights, shape = task
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    if weights is None:
        return fingering_examples(roll, rng, config)
    network = FingeringNetwork(**shape)
    network.load_state_dict(weights)
    return fingering_examples(roll, rng, config, network.chooser())


if __name__ == "__main__":
    try:
        print(tyro.cli(TrainFingering).run())
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
