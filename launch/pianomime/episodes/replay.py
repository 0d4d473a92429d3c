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

"""Replays a rollout in the simulator and checks that the same keys are pressed."""

import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from pianomime_core.errors import UserError, printable
from pianomime_core.hands import name_order
from pianomime_core.metrics import score
from pianomime_core.rollout import Rollout
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator, SimulatorState


def replay(path: Path) -> int:
    """Replay the rollout file, print a comparison, and return 0 if every note-frame is the same, else 1.

    Raises:
        UserError: The file is not a rollout, or is of another robot than the simulator's.
    """
    rollout = Rollout.load(path)
    pressed = replayed_keys(rollout, Simulator(recorded_scene(path, rollout)), path, show=True)
    differing = int(np.sum(pressed != rollout.pressed))
    recorded, replayed = score(rollout.goal, rollout.pressed), score(rollout.goal, pressed)
    table = Table("", "recorded", "replayed", title=escape(printable(path.name)))
    table.add_row("F1", f"{recorded.f1:.4f}", f"{replayed.f1:.4f}")
    table.add_row("onset F1", f"{recorded.onset_f1:.4f}", f"{replayed.onset_f1:.4f}")
    table.add_row("note-frames pressed", str(rollout.pressed.sum()), str(pressed.sum()))
    table.add_row("note-frames that differ", "", str(differing))
    console = Console()
    console.print(table)
    decision = "the same keys go down" if differing == 0 else f"{differing} of {pressed.size} note-frames differ"
    console.print(f"{len(pressed)} steps: {decision}")
    return 0 if differing == 0 else 1


def replayed_states(rollout: Rollout, simulator: Simulator, name: str = "rollout") -> Iterator[SimulatorState]:
    """Replay the targets of a rollout of T steps; joints and targets match by name.

    Args:
        rollout: The rollout.
        simulator: Will be reset.
        name: Name of the rollout, for messages.

    Yields:
        T + 1 states: the initial one, then the state at the end of each step.

    Raises:
        UserError: The simulator has other hands.
    """
    # A rollout's names belong to one variant (checked by Rollout), but perhaps not to the one in its metadata.
    parts = f"{name} and its simulator"
    joints = name_order(simulator.joint_names, rollout.joint_names, "joint", parts)
    targets = rollout.targets[:, name_order(simulator.target_names, rollout.target_names, "target", parts)]
    yield simulator.reset(rollout.initial_joint_positions[joints])
    for row in targets:
        yield simulator.step(row)


def replayed_keys(rollout: Rollout, simulator: Simulator, path: Path, show: bool = False) -> NDArray[np.bool_]:
    """Return the keys pressed (T, 88) when a rollout is replayed.

    Args:
        rollout: The rollout.
        simulator: Will be reset.
        path: Path of the rollout, for messages.
        show: Show a progress bar on a terminal.

    Raises:
        UserError: The simulator has other hands.
    """
    states = replayed_states(rollout, simulator, f"rollout {str(path)!r}")
    shown = show and sys.stdout.isatty()
    following = track(states, "replaying", len(rollout.targets) + 1, transient=True, disable=not shown)
    return np.array([state.key_pressed for state in following])[1:]


def recorded_scene(path: Path, rollout: Rollout) -> SceneConfig:
    """Return the scene in a rollout's metadata.

    Raises:
        UserError: The metadata have none.
    """
    known = {field.name for field in fields(SceneConfig)}
    if "variant" not in rollout.metadata:
        raise UserError(f"rollout {str(path)!r}: its metadata name no variant, so its robot is unknown")
    return SceneConfig(**{name: value for name, value in rollout.metadata.items() if name in known})
