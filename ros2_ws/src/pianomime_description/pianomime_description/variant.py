# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Hand variants and collisions: the options that distinguish scenes.

`robopianist` is the hand of RoboPianist as its library builds it (robopianist.models.hands.shadow_hand). `pianomime` is
the hand of the PianoMime paper: one more forearm slide (height), a wider depth slide, forearm actuators three times as
stiff. The paper's benchmark also switches hand collisions off and gravity compensation on.
"""

from dataclasses import dataclass
from types import MappingProxyType

from pianomime_core.errors import unknown_value


@dataclass(frozen=True)
class ForearmSlide:
    """A slide between the world and the forearm, driven by a position actuator.

    Attributes:
        name: Name without the side, as in `pianomime_core.hands`.
        axis: Direction in the frame of the forearm body.
        range_m: Travel; None for the whole length of the keyboard.
        stiffness_n_per_m: Gain of the actuator.
        critical_stiffness_n_per_m: Stiffness for which the joint is critically damped. PianoMime raised the gain of the
            actuators and left the damping as it was.
    """

    name: str
    axis: tuple[float, float, float]
    range_m: tuple[float, float] | None
    stiffness_n_per_m: float
    critical_stiffness_n_per_m: float


@dataclass(frozen=True)
class HandVariant:
    """The forearm of both hands; everything from the wrist on is the Shadow Hand E3M5."""

    name: str
    forearm: tuple[ForearmSlide, ...]


# In the forearm's frame; in the world frame these point along +y, -x and +z.
_ALONG_KEYBOARD = (-1.0, 0.0, 0.0)
_DEPTH = (0.0, 0.0, 1.0)
_HEIGHT = (0.0, 1.0, 0.0)

HAND_VARIANTS = MappingProxyType(
    {
        "pianomime": HandVariant(
            "pianomime",
            (
                ForearmSlide("forearm_tx", _ALONG_KEYBOARD, None, 900.0, 300.0),
                ForearmSlide("forearm_ty", _DEPTH, (-0.1, 0.1), 900.0, 300.0),
                ForearmSlide("forearm_tz", _HEIGHT, (-0.04, 0.0), 3000.0, 1000.0),
            ),
        ),
        "robopianist": HandVariant(
            "robopianist",
            (
                ForearmSlide("forearm_tx", _ALONG_KEYBOARD, None, 300.0, 300.0),
                ForearmSlide("forearm_ty", _DEPTH, (0.0, 0.06), 300.0, 300.0),
            ),
        ),
    }
)


def hand_variant(name: str) -> HandVariant:
    """Return a hand variant by name.

    Raises:
        UserError: The name is unknown; the message lists the known ones.
    """
    if name not in HAND_VARIANTS:
        raise unknown_value("hand variant", name, HAND_VARIANTS)
    return HAND_VARIANTS[name]


@dataclass(frozen=True)
class SceneConfig:
    """A scene. The defaults are the PianoMime benchmark, to which all published numbers refer.

    Attributes:
        variant: Name of the hand variant.
        hand_collisions: Fingers and hands collide with one another. Off in the paper (RoboPianist's
            `disable_hand_collisions`), which lets fingers pass through each other; on is the realistic setting.
        gravity_compensation: The hands are weightless (RoboPianist's `gravity_compensation`).
        resting_keys_sleep: Keys at rest are not simulated until something touches them: 1.3 times as fast. Not equal to
            the benchmark to the last bit: one note-frame in 50 000 differs over 42 expert demonstrations replayed open
            loop; the mean F1 of all 220 stays at .8974 (benchmarks.expert_replay).
    """

    variant: str = "pianomime"
    hand_collisions: bool = False
    gravity_compensation: bool = True
    resting_keys_sleep: bool = False

    def __post_init__(self) -> None:
        hand_variant(self.variant)
