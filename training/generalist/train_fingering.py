"""Train the fingering network: `python -m training.generalist.train_fingering --demos D --out out/fingering --seed 0`.

Rounds of asking the teacher and learning from all answers so far; in the first round the teacher plays, later the
network itself does. What is finished in `--out` is not done again.
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
from training.generalist.fingering_examples import ExampleConfig, Examples, fingering_examples
from training.generalist.fingering_network import FingeringNetwork, choice_loss
from training.generalist.rounds import WITHOUT_INFLUENCE, kept, over_processes
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
        seed: Of everything random.
        rounds: Times the teacher is asked.
        varied: Variations of every training clip in each round, beside the clip itself in the first.
        made_up: Made-up pieces in each round.
        every: Use every n-th training clip only.
        onsets: Onsets in a batch.
        width: Units of the hidden layers.
        jobs: Processes that ask the teacher; has no influence on the result.
        device: Where torch computes; CUDA if there is some, unless given.
        fit, last_fit: Learning in each round, and in the last one, whose network is the result.
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
        """Train; returns the file of the weights."""
        rolls = train_rolls(self.demos, self.every)
        made_from = self._made_from(rolls)
        same_run(self.out, made_from)
        device = device_named(self.device)
        torch.manual_seed(self.seed)
        network = FingeringNetwork(**self._shape).to(device)
        parts: list[Examples] = []
        for number in range(self.rounds):
            student = None if number == 0 else {name: value.cpu() for name, value in network.state_dict().items()}
            parts.append(self._examples(number, rolls, student))
            batches = Batches(Examples.join(parts), self.onsets, device)
            config = replace(self.last_fit if number == self.rounds - 1 else self.fit, seed=self.seed + number)
            name = f"round-{number}"
            loss = fit(network, partial(batches.loss, network), config, self.out / name, name, made_from)
            print(f"round {number}: loss {loss:.4f}", flush=True)
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
            f"{onsets} onsets of PianoMime's training clips, their variations and made-up music, priced by the search"
        )

    def _examples(self, number: int, rolls: list[Roll], student: Weights | None) -> Examples:
        rng = np.random.default_rng([self.seed, number])
        pieces = (list(rolls) if number == 0 else []) + [varied(r, rng) for r in rolls for _ in range(self.varied)]
        pieces += [synthetic_roll(rng) for _ in range(self.made_up)]
        tasks = [(piece, int(rng.integers(2**31)), self.examples, student, self._shape) for piece in pieces]

        def ask() -> Examples:
            parts, regrets = zip(*over_processes(_ask, tasks, self.jobs, f"round {number}: asking"), strict=True)
            regret = np.concatenate(regrets)
            print(f"round {number}: {len(regret)} onsets, regret of who played {regret.mean():.3f}", flush=True)
            return Examples.join(list(parts))

        return kept(self.out / f"examples-{number}.npz", ask, Examples)


class Batches:
    """Losses on batches of onsets."""

    def __init__(self, examples: Examples, onsets: int, device: torch.device) -> None:
        self._examples, self._onsets, self._device = examples, onsets, device

    def loss(self, network: FingeringNetwork, rng: np.random.Generator) -> torch.Tensor:
        """The loss of a batch drawn with `rng`."""
        e = self._examples
        drawn = rng.integers(len(e.first) - 1, size=self._onsets)
        first, size = e.first[drawn], e.first[drawn + 1] - e.first[drawn]
        onset = np.repeat(np.arange(self._onsets), size)
        rows = np.repeat(first - np.concatenate([[0], np.cumsum(size)[:-1]]), size) + np.arange(size.sum())
        features = torch.from_numpy(e.features[rows].astype(np.float32)).to(self._device)
        wanted = torch.from_numpy(e.wanted[rows]).to(self._device)
        return choice_loss(network(features), wanted, torch.from_numpy(onset).to(self._device), self._onsets)


Task = tuple[Roll, int, ExampleConfig, Weights | None, Shape]


def _ask(task: Task) -> tuple[Examples, NDArray[np.float32]]:
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
