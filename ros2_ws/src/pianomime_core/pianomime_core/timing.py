"""The two time steps of the benchmark (robopianist.suite.tasks.base, PianoMime section 3)."""

CONTROL_TIMESTEP_S = 0.05
"""Duration of one action, one row of the piano roll, one scored frame."""

PHYSICS_TIMESTEP_S = 0.005

PHYSICS_STEPS_PER_CONTROL_STEP = round(CONTROL_TIMESTEP_S / PHYSICS_TIMESTEP_S)

FRAMES_PER_SECOND = 1 / CONTROL_TIMESTEP_S
"""Rows of a piano roll per second, computed as RoboPianist does (1 / dt)."""
