"""The piano and the hands in motion."""

from pianomime_physics.disturbance import Disturbance, DisturbedSimulator
from pianomime_physics.fingertips import Fingertips
from pianomime_physics.simulator import Simulator, SimulatorState

__all__ = ["Disturbance", "DisturbedSimulator", "Fingertips", "Simulator", "SimulatorState"]
