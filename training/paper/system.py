"""A trained system: its levels, goal encoding and start pose, in one file next to that of the autoencoder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pianomime_core.errors import UserError, unknown_value
from pianomime_core.whole_file import write_whole
from training.demonstrations import Demonstration
from training.paper.configs import CONFIGS, PaperConfig
from training.paper.goals import Goals, load_goals
from training.paper.trained_level import TrainedLevel
from training.torch_file import fill, read_torch

SYSTEM, AUTOENCODER = "system.pt", "autoencoder.pt"


@dataclass(frozen=True)
class Start:
    """The start of every song, whatever its first notes: the mean start of the training demonstrations.

    Attributes:
        fingertips_m: (36,) mean of the first rows of all clips.
        joint_positions: (54,) mean of the first rows of the experts [rad, m], which all begin at RoboPianist's reset.
    """

    fingertips_m: NDArray[np.float32]
    joint_positions: NDArray[np.float32]

    @classmethod
    def of(cls, demonstrations: tuple[Demonstration, ...]) -> "Start":
        """The mean of the first rows."""
        tips = [one.fingertips_m[0].ravel() for one in demonstrations]
        joints = [one.expert.joint_positions[0] for one in demonstrations if one.expert is not None]
        return cls(np.mean(tips, axis=0), np.mean(joints, axis=0))


@dataclass(frozen=True)
class PaperSystem:
    """Everything its controller needs.

    Attributes:
        levels: "low", and "high" where the configuration has one.
        training: Updates, parameters, CPU minutes and so on, for the table.
    """

    config: PaperConfig
    goals: Goals
    start: Start
    levels: dict[str, TrainedLevel]
    training: dict[str, Any]

    def save(self, folder: Path, name: str) -> None:
        """Write it as the configuration of that name; the caller saves the autoencoder."""
        content = {
            "name": name,
            "start": {key: torch.from_numpy(value) for key, value in vars(self.start).items()},
            "levels": {key: level.state_dict() for key, level in self.levels.items()},
            "training": self.training,
        }
        write_whole(folder / SYSTEM, lambda file: torch.save(content, file))

    @classmethod
    def load(cls, folder: Path, device: torch.device) -> "PaperSystem":
        """Read a system written by `training.paper.train`.

        Raises:
            UserError: It is missing or damaged, or its configuration has changed since.
        """
        path = folder / SYSTEM
        if not path.is_file():
            raise UserError(f"no trained system {str(path)!r}: run python -m training.paper.train first")
        content = read_torch(path, "trained system", ("name", "start", "levels", "training"), device)
        if content["name"] not in CONFIGS:
            raise unknown_value(f"configuration of {str(path)!r}", content["name"], CONFIGS)
        config = CONFIGS[content["name"]]
        levels = {}
        try:
            for key, weights in content["levels"].items():
                level = config.high if key == "high" else config.low
                assert level is not None
                condition, action = len(weights["condition_mean"]), weights["action_mean"].shape[1]
                levels[key] = TrainedLevel(level, condition, action).to(device).eval()
                fill(levels[key], weights, path)
            start = Start(**{key: value.cpu().numpy() for key, value in content["start"].items()})
        except (AssertionError, AttributeError, IndexError, KeyError, TypeError, RuntimeError) as error:
            raise UserError(f"{str(path)!r} was trained as another {content['name']!r}: {error!r}") from error
        return cls(config, load_goals(config.goals, folder / AUTOENCODER), start, levels, content["training"])
