"""Train the posture network: `python -m training.generalist.train_postures --demos D --out out/postures --seed 0`.

DAgger iterations: play, label, then train on all labels so far. In the first iteration the planner plays; in later ones
the network does, and the planner labels. What is already finished in `--out` is not repeated.
"""

import os
import sys
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import tyro
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.hands import SIDES, forearm_dofs, target_names
from pianomime_core.metrics import score
from pianomime_core.piano_roll import PianoRoll, piano_roll
from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.generalist.learned_hand import feature_layout
from training.fitting import FitConfig, device_named, fit
from training.generalist.dagger import WITHOUT_INFLUENCE, cached, over_processes
from training.generalist.posture_examples import PostureExamples, posture_examples
from training.generalist.posture_network import PostureNetwork, posture_loss
from training.generalist.trained import Trained
from training.music import Roll, synthetic_roll, train_rolls, varied
from training.performance import performed
from training.same_run import fingerprint, same_run

Weights = dict[str, torch.Tensor]
Shape = dict[str, int]

_COORDINATES = len(target_names(forearm_dofs(SceneConfig().variant))) // len(SIDES)
_LAYOUT = feature_layout(_COORDINATES)


@dataclass(frozen=True)
class TrainPostures:
    """Train the posture network.

    Attributes:
        demos: Folder of the demonstrations; only training clips are read.
        out: Folder for examples, checkpoints, TensorBoard's files and `network.pt`.
        setting: In which the pieces are played; in the musical one, performed off the grid.
        seed: Random seed of the whole training.
        rounds: DAgger iterations.
        clips: Varied training clips played in each iteration.
        made_up: Synthetic pieces in each iteration.
        steps: Steps played of each, from a random one.
        rows: Rows per batch.
        width: Units of the hidden layers.
        joint_share: See `posture_loss`.
        jobs: Processes that play; does not influence the result.
        device: Device for torch; by default CUDA if available.
        fit, last_fit: Training in each iteration, and in the last one, whose network is the result.
    """

    demos: Path
    out: Path
    setting: Annotated[Setting, tyro.conf.EnumChoicesFromValues] = Setting.BENCHMARK
    seed: int = 0
    rounds: int = 4
    clips: int = 45
    made_up: int = 25
    steps: int = 400
    rows: int = 1024
    width: int = 512
    joint_share: float = 0.3
    jobs: int = len(os.sched_getaffinity(0))
    device: str | None = None
    fit: FitConfig = field(default_factory=lambda: FitConfig(steps=3000))
    last_fit: FitConfig = field(default_factory=lambda: FitConfig(steps=9000))

    def run(self) -> Path:
        """Train and return the file of the weights."""
        rolls = train_rolls(self.demos)
        made_from = self._made_from(rolls)
        same_run(self.out, made_from)
        device = device_named(self.device)
        torch.manual_seed(self.seed)
        features = sum(int(size) for _, size in _LAYOUT)
        shape = {"features": features, "coordinates": _COORDINATES, "width": self.width}
        network = PostureNetwork(**shape).to(device)
        parts: list[PostureExamples] = []
        for number in range(self.rounds):
            learner = None if number == 0 else {name: value.cpu() for name, value in network.state_dict().items()}
            parts.append(self._examples(number, rolls, learner, shape))
            examples = PostureExamples.join(parts)
            batches = Batches(examples, self.rows, self.joint_share, device)
            config = replace(self.last_fit if number == self.rounds - 1 else self.fit, seed=self.seed + number)
            name = f"round-{number}"
            loss = fit(network, partial(batches.loss, network), config, self.out / name, name, made_from)
            print(f"iteration {number}: loss {loss:.3f}", flush=True)
        return Trained.of(network, shape, _LAYOUT, self.seed, self._data(parts)).save(self.out / "network.pt")

    def _made_from(self, rolls: list[Roll]) -> dict[str, Any]:
        settings = {key: value for key, value in asdict(self).items() if key not in WITHOUT_INFLUENCE}
        return {**settings, "observation": _LAYOUT, "clips of the demonstrations": fingerprint(rolls)}

    def _data(self, parts: list[PostureExamples]) -> str:
        rows = sum(len(part.features) for part in parts)
        return (
            f"{rows} rows of variations of PianoMime's training clips and synthetic music, solved by inverse kinematics"
        )

    def _examples(self, number: int, rolls: list[Roll], learner: Weights | None, shape: Shape) -> PostureExamples:
        rng = np.random.default_rng([self.seed, number])
        pieces = [varied(rolls[i], rng) for i in rng.choice(len(rolls), self.clips, replace=self.clips > len(rolls))]
        pieces += [synthetic_roll(rng) for _ in range(self.made_up)]
        tasks: list[Task] = []
        for piece in pieces:
            first = int(rng.integers(max(1, len(piece) - self.steps + 1)))
            excerpt, task_seed = piece[first : first + self.steps], int(rng.integers(2**31))
            if excerpt.any():
                tasks.append((excerpt, self.setting, task_seed, learner, shape))

        def play() -> PostureExamples:
            played = over_processes(_play, tasks, self.jobs, f"iteration {number}: playing")
            parts, scores = zip(*played, strict=True)
            whole = PostureExamples.join(list(parts))
            print(f"iteration {number}: {len(whole.features)} rows, F1 {np.mean(scores[: self.clips]):.4f} on clips, "
                  f"{np.mean(scores[self.clips :] or [np.nan]):.4f} on synthetic music", flush=True)  # fmt: skip
            return whole

        return cached(self.out / f"examples-{number}.npz", play, PostureExamples)


class Batches:
    """Draws batches of rows and computes their loss."""

    def __init__(self, examples: PostureExamples, rows: int, joint_share: float, device: torch.device) -> None:
        self._examples, self._rows, self._joint_share, self._device = examples, rows, joint_share, device

    def loss(self, network: PostureNetwork, rng: np.random.Generator) -> torch.Tensor:
        """The loss of a random batch."""
        e = self._examples
        drawn = rng.integers(len(e.features), size=self._rows)
        features, label, jacobian, weight = (
            torch.from_numpy(values[drawn].astype(np.float32)).to(self._device)
            for values in (e.features, e.label, e.jacobian, e.weight)
        )
        return posture_loss(network(features), label, jacobian, weight, self._joint_share)


Task = tuple[Roll, Setting, int, Weights | None, Shape]


def _play(task: Task) -> tuple[PostureExamples, float]:
    excerpt, setting, seed, weights, shape = task
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    learner = None
    if weights is not None:
        network = PostureNetwork(**shape)
        network.load_state_dict(weights)

        def learner(features: NDArray[np.float32]) -> NDArray[np.float32]:
            with torch.inference_mode():
                return np.asarray(network(torch.from_numpy(features)).numpy())

    if setting is Setting.MUSICAL:
        roll = piano_roll(performed(excerpt, rng), trim=False)
    else:
        roll = PianoRoll(excerpt, np.zeros(len(excerpt), bool))
    examples, pressed = posture_examples(roll, rng, learner, setting)
    return examples, float(score(roll.goal, pressed).f1)


if __name__ == "__main__":
    try:
        print(tyro.cli(TrainPostures).run())
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
