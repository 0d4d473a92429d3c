"""A trained network on disk, before export: weights and provenance."""

import json
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch

from pianomime_core.errors import UserError
from pianomime_core.whole_file import write_whole
from training.torch_file import fill, read_torch

N = TypeVar("N", bound=torch.nn.Module)
_SHOWN = 400


@dataclass(frozen=True, eq=False)
class Trained:
    """Attributes:
    weights: State dict.
    shape: Arguments of the network's class.
    observation: Names and sizes of the parts of the features it was trained on.
    provenance: "command", "seed" and "training_data", for the metadata of the exported file.
    path: File it was read from, for messages.
    """

    weights: Mapping[str, torch.Tensor]
    shape: Mapping[str, int]
    observation: Sequence[Sequence[str | int]]
    provenance: Mapping[str, Any]
    path: Path | None = None

    @classmethod
    def of(
        cls,
        network: torch.nn.Module,
        shape: Mapping[str, int],
        observation: Sequence[Sequence[str | int]],
        seed: int,
        training_data: str,
    ) -> "Trained":
        """The network that the running command has just trained."""
        command = shlex.join(["python", "-m", *_module_and_arguments()])
        weights = {name: value.cpu() for name, value in network.state_dict().items()}
        return cls(weights, shape, observation, {"command": command, "seed": seed, "training_data": training_data})

    def network(self, kind: Callable[..., N]) -> N:
        """Build the network and load its weights.

        Raises:
            UserError: The file holds another kind of network.
        """
        try:
            with torch.device("meta"):  # allocates nothing before the sizes are checked
                network = kind(**self.shape)
        except (TypeError, ValueError, RuntimeError, ArithmeticError) as error:
            reason = str(error).partition("\n")[0]  # torch appends the frames of its own calls
            raise UserError(f"{str(self.path)!r} holds a network of another kind or shape: {reason}") from error
        fill(network, self.weights, self.path or Path())
        return network.eval()

    def check(self, contract: Mapping[str, Any]) -> None:
        """Raise a UserError unless the network's inputs and outputs match the contract."""
        mine, yours = (json.loads(json.dumps(layout)) for layout in (self.observation, contract["observation"]))
        if mine != yours:
            raise UserError(f"{str(self.path)!r} was trained on other features: {str(mine)[:_SHOWN]}, now {yours}")
        sizes = {"features": sum(int(size) for _, size in yours)}
        if "coordinates" in contract:
            sizes["coordinates"] = len(contract["coordinates"])
        for name, size in sizes.items():
            if self.shape.get(name) != size:
                raise UserError(f"{str(self.path)!r} has {str(self.shape.get(name))[:_SHOWN]} {name}, the robot {size}")

    def save(self, path: Path) -> Path:
        """Write the file atomically and return its path."""
        content = {
            "weights": dict(self.weights),
            "shape": dict(self.shape),
            "observation": [list(part) for part in self.observation],
            "provenance": dict(self.provenance),
        }
        write_whole(path, lambda temporary: torch.save(content, temporary))
        return path

    @classmethod
    def load(cls, path: Path) -> "Trained":
        """Read the file.

        Raises:
            UserError: It is missing or is another kind of file.
        """
        content = read_torch(path, "trained network", ("weights", "shape", "observation", "provenance"))
        shape, provenance = content["shape"], content["provenance"]
        if not isinstance(shape, dict) or not isinstance(provenance, dict):
            raise UserError(f"{str(path)!r} is not a trained network: its shape or provenance is not a dictionary")
        if not all(isinstance(value, int) for value in shape.values()):
            raise UserError(f"{str(path)!r} is not a trained network: its shape holds more than whole numbers")
        if not _is_layout(content["observation"]):
            raise UserError(f"{str(path)!r} is not a trained network: its observation is no list of names and sizes")
        return cls(**content, path=path)


def _is_layout(observation: Any) -> bool:
    return isinstance(observation, list) and all(
        isinstance(part, list) and [type(value) for value in part] == [str, int] for part in observation
    )


def _module_and_arguments() -> list[str]:
    main = sys.modules["__main__"].__spec__
    return [main.name if main else sys.argv[0], *(_without_folders(argument) for argument in sys.argv[1:])]


def _without_folders(argument: str) -> str:
    # Paths on the training machine mean nothing to a reader of the file.
    return Path(argument).name if "/" in argument else argument
