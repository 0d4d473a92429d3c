"""The modes of playing along with a keyboard."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pianomime_policy.controllers.default_controller import DEFAULT_CONTROLLER


@dataclass(frozen=True)
class Mode:
    """A mode of playing along.

    Attributes:
        words: Description for users.
        controller: Default controller.
        delay_s: Default delay; None for the controller's lookahead.
    """

    words: str
    controller: str
    delay_s: float | None = None


MODES: Mapping[str, Mode] = MappingProxyType(
    {
        "echo": Mode("the robot plays what was played, a fixed time later", DEFAULT_CONTROLLER),
        "reactive": Mode("it plays along without delay, knowing only the keys that are held", "reactive", 0.0),
    }
)

HIGHEST_CHANNEL = 16
SEMITONES = 88
"""Maximum transposition up or down."""
