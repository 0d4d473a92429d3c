"""A trained network on disk, before it is exported: weights, and where they come from."""

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch

from pianomime_core.errors import UserError
from pianomime_core.whole_file import write_whole

N = TypeVar("N", bound=torch.nn.Module)


@dataclass(frozen=True, eq=False)
class Trained:
    """Attributes:
    weights: State dict.
    shape: Arguments of the network's class.
    provenance: "command", "seed" and "training_data", for the metadata of the exported file.
    """

    weights: Mapping[str, torch.Tensor]
    shape: Mapping[str, int]
    provenance: Mapping[str, Any]

    @classmethod
    def of(cls, network: torch.nn.Module, shape: Mapping[str, int], seed: int, training_data: str) -> "Trained":
        """What a command has trained just now."""
        command = shlex.join(["python", "-m", *_module_and_arguments()])
        weights = {name: value.cpu() for name, value in network.state_dict().items()}
        return cls(weights, shape, {"command": command, "seed": seed, "training_data": training_data})

    def filled(self, network: N) -> N:
        """The network, of the same shape, with these weights."""
        network.load_state_dict(dict(self.weights))
        return network.eval()

    def save(self, path: Path) -> Path:
        """Write the file whole or not at all; returns its path."""
        content = {"weights": dict(self.weights), "shape": dict(self.shape), "provenance": dict(self.provenance)}
        write_whole(path, lambda temporary: torch.save(content, temporary))
        return path

    @classmethod
    def load(cls, path: Path) -> "Trained":
        """Read the file.

        Raises:
            UserError: It is missing or something else.
        """
        try:
            return cls(**torch.load(path, weights_only=True))
        except Exception as error:  # torch raises whatever a damaged file trips it over
            raise UserError(f"{str(path)!r} is no trained network: {error}") from error


def _module_and_arguments() -> list[str]:
    main = sys.modules["__main__"].__spec__
    return [main.name if main else sys.argv[0], *(_without_folders(argument) for argument in sys.argv[1:])]


def _without_folders(argument: str) -> str:
    # Where data lay on the machine that trained says nothing to a reader of the file.
    return Path(argument).name if "/" in argument else argument
