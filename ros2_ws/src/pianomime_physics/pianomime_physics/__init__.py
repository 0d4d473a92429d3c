"""The piano and the hands in motion."""

from pianomime_physics.simulator import Simulator, SimulatorState

__all__ = ["Simulator", "SimulatorState"]
