"""One controller plays one song: the loop of docs/architecture.md, in process."""

from collections.abc import Callable

import numpy as np

from pianomime.episodes.episode_record import EpisodeRecord
from pianomime.episodes.matched_controller import MatchedController
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.rollout import Rollout
from pianomime_physics.simulator import Simulator, SimulatorState
from pianomime_policy.controllers.controller import Controller

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
        simulator: Is reset to where the controller wants to begin.
        controller: Its joint and target names are matched with the simulator's by name.
        roll: (T, 88) wanted keys, how loud, and (T,) wanted pedal.
        on_step: Called with t and the state at the end of step t, for progress and viewers; True ends it there.
        controller_name: For the metadata.

    Raises:
        UserError: The controller was made for other hands than the simulator's.
    """
    player = MatchedController(controller, simulator, roll)
    start = player.start()
    record = EpisodeRecord(simulator, roll, start)
    state = simulator.reset(start)
    for step in range(len(roll)):
        targets, pedal = player.act(step, state)
        # Rounded to what the rollout file keeps, so that a replay steps with the very same numbers.
        rounded = targets.astype(np.float32)
        state = simulator.step(rounded)
        record.add(rounded, pedal, state.key_pressed)
        if on_step is not None and on_step(step, state):
            break
    return record.rollout(controller_name)
