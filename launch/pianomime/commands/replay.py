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

"""`pianomime replay`: replays a rollout and checks that the same keys are pressed."""

import argparse
from pathlib import Path

from pianomime.commands.command import Command
from pianomime.files.outputs import keep_apart
from pianomime.terminal import literal, write_result


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rollout", type=Path, metavar="FILE.npz", help="written by play, evaluate or refine")


def _run(options: argparse.Namespace) -> int:
    from dataclasses import replace

    import numpy as np
    from rich.console import Console
    from rich.table import Table

    from pianomime.episodes.replay import recorded_scene, replayed_keys
    from pianomime_core.metrics import score
    from pianomime_core.rollout import Rollout
    from pianomime_physics.simulator import Simulator

    path = options.rollout
    keep_apart([("--json", options.json)], [path])
    rollout = Rollout.load(path)
    pressed = replayed_keys(rollout, Simulator(recorded_scene(path, rollout)), path, show=True)
    differing = int(np.sum(pressed != rollout.pressed))
    sides = {
        name: {**score(*side.frames()[:2]).as_dict(), "pressed": int(side.pressed.sum())}
        for name, side in (("recorded", rollout), ("replayed", replace(rollout, pressed=pressed)))
    }
    table = Table("", *sides, title=literal(path.name))
    for label, field in (("F1", "f1"), ("onset F1", "onset_f1")):
        table.add_row(label, *(f"{side[field]:.4f}" for side in sides.values()))
    table.add_row("note-frames pressed", *(str(side["pressed"]) for side in sides.values()))
    table.add_row("note-frames that differ", "", str(differing))
    console = Console()
    console.print(table)
    decision = "the same keys go down" if differing == 0 else f"{differing} of {pressed.size} note-frames differ"
    steps = len(pressed) // rollout.rows_per_step
    console.print(f"{steps} steps: {decision}")
    write_result(options.json, {"steps": steps, "differing": differing, **sides})
    return 0 if differing == 0 else 1


COMMAND = Command(
    "replay",
    help="check that a rollout presses the same keys again",
    description="Replay a rollout and check that the same keys are pressed: exit code 0 if they are, 1 if not.",
    examples=("pianomime play --no-ros --rollout song.npz", "pianomime replay song.npz"),
    add_arguments=_add_arguments,
    run=_run,
    result="scores, and how many note-frames differ",
)
