"""Simulation of the piano and the hands."""

from pianomime_physics.disturbance import Disturbance, DisturbedSimulator
from pianomime_physics.fingertips import Fingertips
from pianomime_physics.simulator import Simulator, SimulatorState

__all__ = ["Disturbance", "DisturbedSimulator", "Fingertips", "Simulator", "SimulatorState"]
