"""Controllers that are ready to answer: what they compile is compiled before the song, once for each machine.

`python -m pianomime_policy.warm_up [MODEL]` does it for all of them, for trained ones with that model; numba keeps the
result beside the source files.
"""

import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from pianomime_core.keyboard import NUM_KEYS
from pianomime_description.variant import SceneConfig
from pianomime_policy.controller import Controller, Observation
from pianomime_policy.registry import CONTROLLERS, DEMONSTRATED, TRAINED, make_controller

QUIET_S = 5.0
"""Kernels that were compiled before are loaded within this time; who waits longer is told why."""
_ROWS, _KEY = 20, 40


def ready_controller(
    name: str, scene: SceneConfig, say: Callable[[str], None], model: Path | None = None
) -> Controller:
    """Return a new controller that will compile nothing while it plays.

    Args:
        name: One of `CONTROLLERS`.
        scene: Its hands.
        say: Called from another thread with one line if this takes longer than `QUIET_S`.
        model: As for `make_controller`.

    Raises:
        UserError: As `make_controller`.
    """
    notice = threading.Timer(
        QUIET_S, say, (f"compiling controller {name!r} for this machine, once: this may take a minute",)
    )
    notice.daemon = True
    notice.start()
    try:
        play_one_note(make_controller(name, scene, model))
        return make_controller(name, scene, model)
    finally:
        notice.cancel()


def play_one_note(controller: Controller) -> None:
    """Let a controller play three steps of one note from its own start; it is used up then."""
    rows = controller.horizon_steps or _ROWS
    goal = np.zeros((rows, NUM_KEYS), dtype=np.bool_)
    goal[rows // 2 :, _KEY] = True
    sustain = np.zeros(rows, dtype=np.bool_)
    positions = controller.start(goal, sustain)
    for step in range(3):
        controller.act(
            Observation(
                step=step,
                goal=goal,
                sustain=sustain,
                joint_positions=positions,
                joint_velocities=np.zeros_like(positions),
                key_angles=np.zeros(NUM_KEYS),
            )
        )


def main(model: Path | None = None) -> None:
    """Compile whatever any controller needs; without a model, any that needs none."""
    print("compiling the planner for this machine, once: takes about a minute", flush=True)
    for name in CONTROLLERS:
        if name in DEMONSTRATED:
            continue  # needs a file, and nothing compiled that others do not
        if name not in TRAINED:
            ready_controller(name, SceneConfig(), lambda line: None)
        elif model is not None:
            ready_controller(name, SceneConfig(), lambda line: None, model)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
