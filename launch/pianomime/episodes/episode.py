"""Plays one song with one controller: the loop of docs/architecture.md, in process."""

from collections.abc import Callable

import numpy as np

from pianomime_core.goal_window import roll_window
from pianomime_core.hands import name_order
from pianomime_core.metrics import score
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.rollout import Rollout
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_policy.controllers.controller import Controller, Observation
from pianomime_sim.rollout_metadata import rollout_metadata

OnStep = Callable[[int, SimulatorState], bool | None]


def play_episode(
    simulator: Simulator,
    controller: Controller,
    roll: PianoRoll,
    on_step: OnStep | None = None,
    controller_name: str = "",
) -> Rollout:
    """Play a piano roll from its first to its last row; deterministic.

    Args:
        simulator: Reset to the initial joint positions of the controller.
        controller: Its joints and targets are matched with the simulator's by name.
        roll: The goal: (T, 88) keys and velocities, and (T,) pedal.
        on_step: Called with t and the state at the end of step t, for progress and viewers; True ends the episode.
        controller_name: Name for the metadata.

    Raises:
        UserError: The controller was made for other hands than the simulator's.
    """
    parts = "controller and simulator"
    observed = name_order(controller.joint_names, simulator.joint_names, "joint", parts)
    started = name_order(simulator.joint_names, controller.joint_names, "joint", parts)
    commanded = name_order(simulator.target_names, controller.target_names, "target", parts)
    length = len(roll.goal)
    first = roll_window(roll, 0, controller.horizon_steps)
    start = controller.start(first.goal, first.sustain)[started]
    targets = np.zeros((length, len(simulator.target_names)), dtype=np.float32)
    pressed = np.zeros_like(roll.goal)
    pedal = np.zeros(length, dtype=np.bool_)
    state = simulator.reset(start)
    for step in range(length):
        seen = roll_window(roll, step, controller.horizon_steps)
        observation = Observation(
            step=step,
            goal=seen.goal,
            sustain=seen.sustain,
            joint_positions=state.joint_positions[observed],
            joint_velocities=state.joint_velocities[observed],
            key_angles=state.key_angles,
            velocity=seen.velocity,
        )
        # Rounded to the precision of rollout files, so that a replay uses exactly the same numbers.
        action = controller.act(observation)
        targets[step] = action.targets[commanded]
        pedal[step] = action.pedal
        state = simulator.step(targets[step])
        pressed[step] = state.key_pressed
        if on_step is not None and on_step(step, state):
            length = step + 1
            break
    goal, sustain, pressed, pedal = (rows[:length] for rows in (roll.goal, roll.sustain, pressed, pedal))
    return Rollout(
        goal=goal,
        pressed=pressed,
        targets=targets[:length],
        target_names=simulator.target_names,
        joint_names=simulator.joint_names,
        initial_joint_positions=start,
        dt=CONTROL_TIMESTEP_S,
        metadata=rollout_metadata(simulator.config, controller_name, score(goal, pressed, sustain, pedal)),
        goal_pedal=sustain,
        pedal=pedal,
    )
