"""Names and horizons of the controllers, for code that only selects one. Imports nothing heavy."""

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
"""`Controller.horizon_steps` by name, known before a controller is built; None for the whole song."""

CONTROLLERS = tuple(HORIZON_STEPS)
"""All names: the planner with the whole song, two planners with 2 s and 1 s of it, one with 2 s that simulates what it
will play, one that knows only the keys held now, one that does nothing, a trained one with 2 s, the same with 1 s, and
one that repeats a pianist's demonstration."""

TRAINED = ("onnx", "onnx-1s")
"""Controllers that need a model, a folder of ONNX networks."""

DEMONSTRATED = ("demo",)
"""Controllers that need a demonstration, a file of `pianomime_core.demonstration`."""
