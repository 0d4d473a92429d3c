"""What is known of a controller before it is built. The standard library alone: launch files read it, too."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class ControllerSpec:
    """One controller by name.

    Attributes:
        name: What a user types.
        builder: "module:callable"; called with the scene, then, if the controller needs one, with the path of what it
            plays from, and with `options`; returns a `controller.Controller`.
        horizon_steps: `Controller.horizon_steps` of what is built; None for the whole song.
        description: For `--help`, in a few words.
        needs: What it plays from: a folder of ONNX networks, a file of `pianomime_core.demonstration`, or nothing.
        options: Keyword arguments of the builder.
    """

    name: str
    builder: str
    horizon_steps: int | None
    description: str
    needs: Literal["model", "demonstration"] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def load(self) -> Any:
        """Import the builder.

        Raises:
            ImportError, AttributeError: There is none of that name.
        """
        module, _, attribute = self.builder.partition(":")
        return getattr(importlib.import_module(module), attribute)
