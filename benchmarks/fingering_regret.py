"""The regret of a fingering network: how much more its fingers cost than those of its teacher.

`python -m benchmarks.fingering_regret NETWORK.pt ... --demos DIR --songs DIR`: the network plays, and at every onset
the teacher computes how much more its choice finally costs than the best one. No simulator is needed, so a first check
of a training run takes a minute. For comparison, the cheapest way to play each onset, without lookahead, is also shown.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import tyro
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.table import Table
from training.generalist.dagger import over_processes
from training.generalist.fingering_examples import ExampleConfig, fingering_examples
from training.generalist.fingering_network import FingeringNetwork
from training.generalist.trained import Trained

from benchmarks.song_sets import song_sets
from pianomime.files.songs import read_song
from pianomime_core.errors import UserError

TEACHER = ExampleConfig(states=96, fewest=3, most=48, hopeless=30.0, short_sighted=0.0)
"""A more accurate teacher than in training, with two seconds of lookahead."""


@dataclass(frozen=True)
class RegretOptions:
    """Print the regret of trained fingering networks.

    Attributes:
        networks: Files of `training.generalist.train_fingering`.
        demos: Folder with PianoMime's demonstrations as MIDI files; without it the validation rows are left out.
        songs: Folder with the folders folk and classical; without it their rows are left out.
        every: Play every n-th song only.
        jobs: Processes; does not influence any number.
    """

    networks: Annotated[tuple[Path, ...], tyro.conf.Positional]
    demos: Path | None = None
    songs: Path | None = None
    every: int = 1
    jobs: int = len(os.sched_getaffinity(0))


def main(options: RegretOptions) -> int:
    """Print the table and return 0.

    Raises:
        UserError: A folder, song or network is missing or damaged.
    """
    sets = song_sets(options.demos, options.songs)
    table = Table("songs", "who", "onsets", "regret", "above 1", "above 5", box=box.MARKDOWN)
    for name, files in sets.items():
        for who in (None, *options.networks):
            asked = partial(_regrets, Trained.load(who) if who else None)
            parts = list(
                over_processes(asked, list(files)[:: options.every], options.jobs, f"{name}, {who or 'cheapest'}")
            )
            table.add_row(name, str(who or "the cheapest now"), *_cells(parts))
    Console().print(table)
    return 0


def _regrets(trained: Trained | None, song: Path) -> NDArray[np.float32]:
    torch.set_num_threads(1)
    chooser = _cheapest if trained is None else trained.network(FingeringNetwork).chooser()
    return fingering_examples(read_song(song).goal, np.random.default_rng(0), TEACHER, chooser)[1]


def _cheapest(features: NDArray[np.float32]) -> NDArray[np.float32]:
    return -np.arange(len(features), dtype=np.float32)  # the ways come cheapest first


def _cells(parts: Sequence[NDArray[np.float32]]) -> tuple[str, ...]:
    regret = np.concatenate(parts)
    return (str(len(regret)), f"{regret.mean():.3f}", f"{(regret > 1).mean():.1%}", f"{(regret > 5).mean():.1%}")


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(RegretOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
