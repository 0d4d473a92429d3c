"""The `demo` controller: plays what a pianist did, with the pianist's fingers and near the pianist's fingertips."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pianomime_core.demonstration import Demonstration
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import FingertipAims, Observation
from pianomime_policy.controllers.demo.human_reading import HumanReading, HumanReadingConfig
from pianomime_policy.hand_control.performer import Performer, PerformerConfig
from pianomime_policy.motion.foot import Foot
from pianomime_policy.motion.song_plan import Assignments


@dataclass(frozen=True)
class DemoConfig:
    """All numbers of the controller."""

    reading: HumanReadingConfig = field(default_factory=HumanReadingConfig)
    performer: PerformerConfig = field(default_factory=PerformerConfig)


class Demo:
    """A `Controller` that plays one demonstration, step by step, whatever keys are asked for; the pedal as asked.

    It plans from the demonstration and corrects from the measured joints and keys; past the end it holds the last pose.
    """

    horizon_steps: int | None = None

    def __init__(
        self, demonstration: Demonstration, variant: str = "pianomime", config: DemoConfig | None = None
    ) -> None:
        c = config or DemoConfig()
        self._reading = HumanReading(demonstration, c.reading)
        self._performer = Performer(variant, c.reading.fingertips, c.performer)
        self._foot = Foot()
        self.joint_names, self.target_names = self._performer.joint_names, self._performer.target_names

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """See `Controller.start`: hands where the pianist's are; the goal is ignored."""
        self._foot.lift()
        return self._performer.begin(self._reading)

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """See `Controller.act`; the goal is ignored."""
        o = observation
        self._foot.act(o)
        return self._performer.act(self._reading, o.step, o.joint_positions, o.joint_velocities, o.key_angles)

    def pedal(self) -> bool:
        """See `Pedals.pedal`."""
        return self._foot.pedal()

    def assignments(self) -> Assignments:
        """See `TellsFingers.assignments`."""
        return self._reading.assignments()

    def aims(self) -> FingertipAims | None:
        """See `TellsAims.aims`."""
        return self._performer.aims()


def build(scene: SceneConfig, demonstration: Path) -> Demo:
    """The controller for the hands of a scene, with what is in a file.

    Raises:
        UserError: The file is no demonstration.
    """
    return Demo(Demonstration.load(demonstration), scene.variant)
