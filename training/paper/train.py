"""Train one configuration of the paper's systems and score it: `python -m training.paper.train NAME --demos D`.

Stopped at any moment, the same command goes on and ends with the same weights.
"""

import hashlib
import json
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import tyro

from pianomime.outputs import make_folder, write_json
from pianomime_core.errors import UserError, unknown_value
from training.demonstrations import Demonstration, load_demonstrations
from training.fitting import device_named, fit
from training.paper.configs import CONFIGS, Level
from training.paper.evaluate import Evaluate
from training.paper.goals import CODES, Goals, load_goals
from training.paper.system import AUTOENCODER, PaperSystem, Start
from training.paper.trained_level import TrainedLevel
from training.paper.windows import windows


@dataclass(frozen=True)
class Train:
    """Train the levels of a configuration on the training clips, then play train and val clips.

    Attributes:
        name: Of the configuration: two-stage, two-stage-residual, two-stage-flow, no-sdf, one-stage, bc-mlp or bet.
        demos: Folder of the demonstrations.
        autoencoder: File of the goal autoencoder; not for no-sdf.
        out: Folder of the runs; this one's is OUT/NAME.
        seed: Of weights, batches and noise.
        updates: Updates of each level in the place of the configuration's, for quick looks.
        clips: Train on the first so many clips alone, for quick looks.
        device: cpu or cuda; None takes CUDA where there is some.
        threads: Of torch.
        evaluate: Play afterwards.
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
        """Train; the exit code."""
        if self.name not in CONFIGS:
            raise unknown_value("configuration", self.name, CONFIGS)
        torch.set_num_threads(self.threads)
        config, folder, device = CONFIGS[self.name], self.out / self.name, device_named(self.device)
        demonstrations = load_demonstrations(self.demos, "train")[: self.clips]
        goals = load_goals(config.goals, self.autoencoder)
        make_folder(folder, "--out")
        self._same_run(folder / "run.json", asdict(config))
        if config.goals == CODES:
            shutil.copyfile(self.autoencoder, folder / AUTOENCODER)
        levels, training = {}, {}
        for key, level in (("high", config.high), ("low", config.low)):
            if level is not None:
                levels[key], training[key] = self._level(level, demonstrations, goals, folder / key, device)
        PaperSystem(config, goals, Start.of(demonstrations), levels, training).save(folder, self.name)
        if self.evaluate:
            return Evaluate(self.name, self.demos, self.out, device=self.device, threads=self.threads).run()
        return 0

    def _level(
        self, level: Level, demonstrations: tuple[Demonstration, ...], goals: Goals, folder: Path, device: torch.device
    ) -> tuple[TrainedLevel, dict[str, Any]]:
        conditions, actions = windows(level, demonstrations, goals)
        torch.manual_seed(self.seed)
        trained = TrainedLevel(level, conditions.shape[1], actions.shape[2])
        trained.prepare(conditions, actions, np.random.default_rng(self.seed))

        def loss(rng: np.random.Generator) -> torch.Tensor:
            rows = rng.integers(len(conditions), size=level.batch)
            return trained.loss(conditions[rows], actions[rows], rng)

        settings = level.fit(self.seed, self.updates)
        fit(trained.to(device), loss, settings, folder, f"{self.name}, {folder.name} level")
        return trained, {
            "windows": len(conditions),
            "updates": settings.steps,
            "parameters": sum(parameter.numel() for parameter in trained.parameters()),
            "cpu_minutes": torch.load(folder / "checkpoint.pt", weights_only=False)["cpu_seconds"] / 60,
        }

    def _same_run(self, path: Path, config: dict[str, Any]) -> None:
        # What is found in the folder is continued, so it must be of the same run.
        run = {"config": repr(config), "seed": self.seed, "updates": self.updates, "clips": self.clips}
        if config["goals"] == CODES:
            run["autoencoder"] = hashlib.sha256(self.autoencoder.read_bytes()).hexdigest()
        if not path.exists():
            write_json(path, run)
        elif differing := [key for key, value in json.loads(path.read_text()).items() if run[key] != value]:
            raise UserError(f"{str(path.parent)!r} holds a run with another {', '.join(differing)}: give another --out")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 2 after one line on stderr for bad input."""
    try:
        return tyro.cli(Train, args=arguments, description=__doc__).run()
    except UserError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
