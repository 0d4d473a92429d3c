"""Train one configuration of the paper's systems and score it: `python -m training.paper.train NAME --demos D`.

The same command resumes an interrupted training and ends with the same weights.
"""

import hashlib
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import tyro
from numpy.typing import NDArray

from pianomime_core.errors import UserError, unknown_value
from training.demonstrations import Demonstration, load_demonstrations
from training.fitting import CHECKPOINT, device_named, fit
from training.paper.configs import CONFIGS, Level
from training.paper.evaluate import Evaluate
from training.paper.goals import CODES, Goals, load_goals
from training.paper.system import AUTOENCODER, PaperSystem, Start
from training.paper.trained_level import TrainedLevel
from training.paper.windows import windows
from training.same_run import fingerprint, same_run


@dataclass(frozen=True)
class Train:
    """Train the levels of a configuration on the training clips, then play train and val clips.

    Attributes:
        name: Configuration: two-stage, two-stage-residual, two-stage-flow, no-sdf, one-stage, bc-mlp or bet.
        demos: Folder of the demonstrations.
        autoencoder: File of the goal autoencoder; not for no-sdf.
        out: Folder of the runs; this one is in OUT/NAME.
        seed: Seed of weights, batches and noise.
        updates: Updates of each level instead of the configuration's, for quick checks.
        clips: Train on this many clips only, for quick checks.
        device: cpu or cuda; None selects CUDA if available.
        threads: Threads of torch.
        evaluate: Play clips afterwards.
    """

    name: Annotated[str, tyro.conf.Positional]
    demos: Path
    autoencoder: Path = Path("out/autoencoder/autoencoder.pt")
    out: Path = Path("out/paper")
    seed: int = 0
    updates: int | None = None
    clips: int | None = None
    device: str | None = None
    threads: int = 1
    evaluate: bool = True

    def run(self) -> int:
        """Train and return the exit code."""
        if self.name not in CONFIGS:
            raise unknown_value("configuration", self.name, CONFIGS)
        torch.set_num_threads(self.threads)
        config, folder, device = CONFIGS[self.name], self.out / self.name, device_named(self.device)
        demonstrations = load_demonstrations(self.demos, "train")[: self.clips]
        goals = load_goals(config.goals, self.autoencoder)
        made_from = self._made_from(demonstrations)
        same_run(folder, made_from)
        if config.goals == CODES:
            shutil.copyfile(self.autoencoder, folder / AUTOENCODER)
        levels, training = {}, {}
        for key, level in (("high", config.high), ("low", config.low)):
            if level is not None:
                levels[key], training[key] = self._level(level, demonstrations, goals, folder / key, device, made_from)
        PaperSystem(config, goals, Start.of(demonstrations), levels, training).save(folder, self.name)
        if self.evaluate:
            return Evaluate(self.name, self.demos, self.out, device=self.device, threads=self.threads).run()
        return 0

    def _level(
        self,
        level: Level,
        demonstrations: tuple[Demonstration, ...],
        goals: Goals,
        folder: Path,
        device: torch.device,
        made_from: dict[str, Any],
    ) -> tuple[TrainedLevel, dict[str, Any]]:
        conditions, actions = windows(level, demonstrations, goals)
        torch.manual_seed(self.seed)
        trained = TrainedLevel(level, conditions.shape[1], actions.shape[2])
        trained.prepare(conditions, actions, np.random.default_rng(self.seed))

        def loss(rng: np.random.Generator) -> torch.Tensor:
            rows = rng.integers(len(conditions), size=level.batch)
            return trained.loss(conditions[rows], actions[rows], rng)

        settings = level.fit(self.seed, self.updates)
        fit(trained.to(device), loss, settings, folder, f"{self.name}, {folder.name} level", made_from)
        return trained, {
            "windows": len(conditions),
            "updates": settings.steps,
            "parameters": sum(parameter.numel() for parameter in trained.parameters()),
            "cpu_minutes": torch.load(folder / CHECKPOINT, weights_only=True)["cpu_seconds"] / 60,
        }

    def _made_from(self, demonstrations: tuple[Demonstration, ...]) -> dict[str, Any]:
        config = CONFIGS[self.name]
        run = {"config": repr(config), "seed": self.seed, "updates": self.updates, "clips": self.clips}
        run["demonstrations"] = fingerprint(array for one in demonstrations for array in _arrays(one))
        if config.goals == CODES:
            run["autoencoder"] = hashlib.sha256(self.autoencoder.read_bytes()).hexdigest()
        return run


def _arrays(one: Demonstration) -> list[NDArray[Any]]:
    expert = one.expert
    seen: list[NDArray[Any]] = [one.goal, one.fingertips_m]
    if expert is not None:
        seen += [expert.joint_positions, expert.joint_velocities, expert.keys, expert.targets]
    return seen


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 2 after one line on stderr for bad input."""
    try:
        return tyro.cli(Train, args=arguments, description=__doc__).run()
    except UserError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
