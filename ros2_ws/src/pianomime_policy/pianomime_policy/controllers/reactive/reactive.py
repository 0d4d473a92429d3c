"""The controller `reactive`: plays along with no delay, knowing only which keys are held now and what was played."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import FingertipAims, Observation
from pianomime_policy.controllers.reactive.live_reading import LiveConfig, LiveReading
from pianomime_policy.hand_control.performer import Performer, PerformerConfig
from pianomime_policy.motion.foot import Foot


@dataclass(frozen=True)
class ReactiveConfig:
    """All numbers of the controller."""

    live: LiveConfig = field(default_factory=LiveConfig)
    performer: PerformerConfig = field(default_factory=PerformerConfig)


class Reactive:
    """A `Controller` of horizon 1: row 0 of the window is what is held now, later rows are not looked at.

    What is held now is pressed as soon as the hands can, and let go when it is let go: within the coming control step
    where a finger rests on the key already, after a travel of a quarter to half a second where no hand is near.
    """

    def __init__(self, variant: str = "pianomime", config: ReactiveConfig | None = None) -> None:
        self.config = c = config or ReactiveConfig()
        self.horizon_steps: int | None = 1
        self._performer = Performer(variant, c.live.fingertips, c.performer)
        self._foot = Foot()
        self.joint_names, self.target_names = self._performer.joint_names, self._performer.target_names

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """See `Controller.start`: hands at rest around middle C, whatever is held."""
        self._reading = LiveReading(self.config.live)
        self._foot.lift()
        return self._performer.begin(self._reading)

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """See `Controller.act`."""
        o = observation
        self._reading.see(o.goal[0], o.step, o.key_angles)
        self._foot.act(o)
        return self._performer.act(self._reading, o.step, o.joint_positions, o.joint_velocities, o.key_angles)

    def pedal(self) -> bool:
        """See `Pedals.pedal`."""
        return self._foot.pedal()

    def aims(self) -> FingertipAims | None:
        """See `TellsAims.aims`."""
        return self._performer.aims()


def build(scene: SceneConfig) -> Reactive:
    """The controller for the hands of a scene."""
    return Reactive(scene.variant)
