"""The ways to play along with a keyboard."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pianomime_policy.controllers.default_controller import DEFAULT_CONTROLLER


@dataclass(frozen=True)
class Mode:
    """A way to play along.

    Attributes:
        words: What it is, for people.
        controller: Who plays unless somebody else is named.
        delay_s: How much later unless it is said; None for what the controller looks ahead.
    """

    words: str
    controller: str
    delay_s: float | None = None


MODES: Mapping[str, Mode] = MappingProxyType(
    {
        "echo": Mode("the robot plays what was played, a fixed time later", DEFAULT_CONTROLLER),
        "reactive": Mode("it plays along at once, and knows only what is held", "reactive", 0.0),
    }
)

HIGHEST_CHANNEL = 16
SEMITONES = 88
"""At most so many up or down."""
