"""Replays every expert demonstration in open loop: a correct simulator reproduces what the authors recorded.

`python -m benchmarks.expert_replay --demos DIR` takes about five minutes on one core.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table
from training.demonstrations import Expert, expert_clips, load_demonstration

from pianomime_core.errors import UserError, unknown_value
from pianomime_core.metrics import score
from pianomime_description import SceneConfig
from pianomime_physics.simulator import Simulator

REQUIRED_MEAN_F1 = 0.89


@dataclass(frozen=True)
class ReplayOptions:
    """Replay expert demonstrations and compare their F1 with the recorded one.

    Attributes:
        demos: Folder of the demonstrations.
        clips: Numbers of the clips; all if none is given.
        hand_collisions: Let the hands collide, which the experts were not trained with.
        resting_keys_sleep: The speed option of the simulator.
        shown: Rows of the table: the clips with the largest losses.
    """

    demos: Path
    clips: tuple[int, ...] = ()
    hand_collisions: bool = False
    resting_keys_sleep: bool = False
    shown: int = 10


def main(options: ReplayOptions) -> int:
    """Print the table; return 0 if the mean F1 is as expected."""
    simulator = Simulator(
        SceneConfig(hand_collisions=options.hand_collisions, resting_keys_sleep=options.resting_keys_sleep)
    )
    experts = expert_clips(options.demos)
    for clip in options.clips:
        if clip not in experts:
            raise unknown_value("clip with an expert", clip, experts)
    results = []
    for clip in track(options.clips or experts, "Replaying experts", console=Console(stderr=True)):
        demonstration = load_demonstration(options.demos, clip)
        if demonstration.expert is not None:
            f1 = _replay(simulator, demonstration.goal, demonstration.expert)
            results.append((demonstration.expert.f1, f1, clip))
    stored, ours, _ = np.array(results).T

    table = Table(title=f"{len(results)} expert demonstrations, replayed open loop")
    for column in ("clip", "recorded F1", "ours", "difference"):
        table.add_column(column, justify="right")
    for stored_f1, f1, clip in sorted(results, key=lambda result: result[1] - result[0])[: options.shown]:
        table.add_row(f"{clip:03d}", f"{stored_f1:.4f}", f"{f1:.4f}", f"{f1 - stored_f1:+.4f}")
    table.add_section()
    table.add_row("mean", f"{stored.mean():.4f}", f"{ours.mean():.4f}", f"{ours.mean() - stored.mean():+.4f}")
    table.add_row("median", f"{np.median(stored):.4f}", f"{np.median(ours):.4f}", f"{np.median(ours - stored):+.4f}")
    Console().print(table)
    print(
        f"{np.mean(np.abs(ours - stored) < 0.01):.0%} of the clips within .01; required: mean F1 >= {REQUIRED_MEAN_F1}"
    )
    return 0 if ours.mean() >= REQUIRED_MEAN_F1 else 1


def _replay(simulator: Simulator, goal: NDArray[np.bool_], expert: Expert) -> float:
    simulator.reset()
    pressed = np.array([simulator.step(targets).key_pressed for targets in expert.targets])
    return score(goal, pressed).f1


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(ReplayOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
