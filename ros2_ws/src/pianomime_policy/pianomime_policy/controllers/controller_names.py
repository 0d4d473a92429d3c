"""The names of the controllers, and how far each sees: for those who only choose one. Imports nothing."""

from collections.abc import Mapping
from types import MappingProxyType

HORIZON_STEPS: Mapping[str, int | None] = MappingProxyType(
    {
        "planner": None,
        "streaming": 40,
        "streaming-1s": 20,
        "foresight": 40,
        "reactive": 1,
        "idle": 1,
        "onnx": 40,
        "onnx-1s": 20,
        "demo": None,
    }
)
"""`Controller.horizon_steps` by name, for those who must know before one is built; None for the whole song."""

CONTROLLERS = tuple(HORIZON_STEPS)
"""Names of all: the planner that knows the whole song, two that see 2 s and 1 s of it, one that sees 2 s and tries on a
simulator what it will play, one that sees only what is held now, one that does nothing, one that was trained and sees
2 s, the same with 1 s, one that repeats what a pianist did."""

TRAINED = ("onnx", "onnx-1s")
"""Names of the controllers that play with a model, a folder of ONNX networks."""

DEMONSTRATED = ("demo",)
"""Names of the controllers that play a demonstration, a file of `pianomime_core.demonstration`."""
