"""Train the outcome network: `python -m training.generalist.train_outcomes FINGERING --demos D --out out/outcomes`.

It learns how many frames are lost around an onset that is played in a certain way. What is finished in `--out` is not
done again.
"""

import os
import sys
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import tyro
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from training.fitting import FitConfig, device_named, fit
from training.generalist.fingering_network import FingeringNetwork
from training.generalist.outcome_examples import OutcomeConfig, OutcomeExamples, outcome_examples
from training.generalist.rounds import kept, over_processes
from training.generalist.trained import Trained
from training.music import Roll, synthetic_roll, train_rolls, varied

Task = tuple[Roll, int, OutcomeConfig, Trained]


@dataclass(frozen=True)
class TrainOutcomes:
    """Train the outcome network.

    Attributes:
        fingering: File of `training.generalist.train_fingering`.
        demos: Folder of the demonstrations; only training clips are read.
        out: Folder for examples, checkpoints, TensorBoard's files and `network.pt`.
        seed: Of everything random.
        clips, made_up: Varied training clips and made-up pieces that are played.
        steps: Steps played of each at most.
        onsets: Onsets in a batch.
        jobs: Processes that play; has no influence on the result.
        device: Where torch computes; CUDA if there is some, unless given.
    """

    fingering: Annotated[Path, tyro.conf.Positional]
    demos: Path
    out: Path
    seed: int = 0
    clips: int = 400
    made_up: int = 40
    steps: int = 600
    onsets: int = 512
    jobs: int = len(os.sched_getaffinity(0))
    device: str | None = None
    outcomes: OutcomeConfig = field(default_factory=OutcomeConfig)
    fit: FitConfig = field(default_factory=lambda: FitConfig(steps=4000, weight_decay=0.1))

    def run(self) -> Path:
        """Train; returns the file of the weights."""
        self.out.mkdir(parents=True, exist_ok=True)
        fingering = Trained.load(self.fingering)
        examples = kept(self.out / "examples.npz", partial(self._play, fingering), OutcomeExamples)
        torch.manual_seed(self.seed)
        device = device_named(self.device)
        network = FingeringNetwork(**fingering.shape).to(device)
        told = len(examples.lost) * 9 // 10  # the last pieces are kept back, to see whether it learns anything
        features = torch.from_numpy(examples.features).to(device)
        lost = torch.from_numpy(examples.lost).to(device)

        def loss(rng: np.random.Generator) -> torch.Tensor:
            drawn = torch.from_numpy(rng.integers(told, size=self.onsets)).to(device)
            return (network(features[drawn].float()) - lost[drawn]).square().mean()

        fit(network, loss, replace(self.fit, seed=self.seed), self.out / "fit", "outcomes")
        with torch.inference_mode():
            off = (network(features[told:].float()) - lost[told:]).square().mean()
            spread = (lost[told:] - lost[told:].mean()).square().mean()
        print(f"unexplained variance of pieces kept back: {(off / spread).item():.3f}", flush=True)
        data = f"{told} onsets of varied training clips and made-up music, played in the simulator"
        return Trained.of(network, fingering.shape, self.seed, data).save(self.out / "network.pt")

    def _play(self, fingering: Trained) -> OutcomeExamples:
        rng = np.random.default_rng(self.seed)
        rolls = train_rolls(self.demos)
        chosen = [rolls[i] for i in rng.permutation(np.arange(self.clips) % len(rolls))]
        pieces = [varied(roll, rng) for roll in chosen] + [synthetic_roll(rng) for _ in range(self.made_up)]
        order = rng.permutation(len(pieces))
        tasks: list[Task] = [
            (pieces[i][: self.steps], int(rng.integers(2**31)), self.outcomes, fingering) for i in order
        ]
        parts, scores = zip(*over_processes(_play_one, tasks, self.jobs, "playing"), strict=True)
        whole = OutcomeExamples.join(list(parts))
        print(f"{len(whole.lost)} onsets, F1 {np.mean(scores):.4f}, lost frames {whole.lost.mean():.3f}", flush=True)
        return whole


def _play_one(task: Task) -> tuple[OutcomeExamples, float]:
    roll, seed, config, fingering = task
    torch.set_num_threads(1)
    network = fingering.filled(FingeringNetwork(**fingering.shape))

    def scores(features: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            return np.asarray(network(torch.from_numpy(features)).numpy())

    return outcome_examples(roll, scores, np.random.default_rng(seed), config, Simulator(SceneConfig()))


if __name__ == "__main__":
    try:
        print(tyro.cli(TrainOutcomes).run())
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
