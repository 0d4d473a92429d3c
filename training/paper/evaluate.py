"""Play train and val clips with a trained configuration or a baseline: `python -m training.paper.evaluate NAME ...`.

Every player uses the same loop, `pianomime.episodes.episode.play_episode`, in the paper's scene: hand collisions off.
"""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
import torch
import tyro
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pianomime.episodes.episode import OnStep, play_episode
from pianomime.files.outputs import make_folder, write_json
from pianomime_core.errors import UserError, unknown_value
from pianomime_core.piano_roll import PianoRoll
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.controller import Action, Controller, Observation
from pianomime_policy.controllers.registry import make_controller
from training.demonstrations import Demonstration, load_demonstrations
from training.fitting import device_named
from training.paper.configs import CONFIGS
from training.paper.controller import PaperController
from training.paper.human_fingertips import HumanFingertips
from training.paper.system import PaperSystem

SCORES = "scores.json"
MEASURES = ("precision", "recall", "f1", "onset_f1", "do_nothing_f1")
TRAIN_CLIPS = 12
"""Number of evenly spaced training clips with an expert that are played."""

Player = Callable[[Demonstration], Controller]
"""Makes the controller for a clip; only a player of human fingertips uses more than its notes."""
BASELINES: dict[str, Player] = {
    "do-nothing": lambda _: make_controller("idle", SceneConfig()),
    "human-ik": HumanFingertips,
    "planner": lambda _: make_controller("planner", SceneConfig()),
}
T = TypeVar("T")


@dataclass(frozen=True)
class Evaluate:
    """Play clips and write OUT/NAME/scores.json.

    Attributes:
        name: A trained configuration, or a baseline: do-nothing, human-ik, planner.
        demos: Folder of the demonstrations.
        out: Folder of the runs.
        limit: Number of clips played of each split, evenly spaced; None plays 12 of train and all of val.
        steps: Number of steps played of each, for quick checks.
        val_every: Play only every n-th val clip.
        seed: Seed of the noise that actions are drawn from.
        device: cpu or cuda; None selects CUDA if available.
        threads: Threads of torch.
    """

    name: Annotated[str, tyro.conf.Positional]
    demos: Path
    out: Path = Path("out/paper")
    limit: int | None = None
    steps: int | None = None
    val_every: int = 1
    seed: int = 0
    device: str | None = None
    threads: int = 1

    def run(self) -> int:
        """Play and return the exit code."""
        torch.set_num_threads(self.threads)
        player, training = self._player()
        train = evenly(load_demonstrations(self.demos, "train", experts_only=True), TRAIN_CLIPS)
        val = load_demonstrations(self.demos, "val")[:: self.val_every]
        splits = {"train": evenly(train, self.limit), "val": evenly(val, self.limit)}
        total = sum(len(one.goal[: self.steps]) for clips in splits.values() for one in clips)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("steps"))
        found: dict[str, Any] = {}
        timed: list[float] = []
        with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress:
            bar = progress.add_task(f"{self.name} plays", total=total)
            for split, clips in splits.items():
                found[split] = [self._play(player, one, timed, lambda *_: progress.advance(bar)) for one in clips]
        means = {
            split: {measure: float(np.mean([one[measure] for one in clips])) for measure in MEASURES}
            for split, clips in found.items()
        }
        make_folder(self.out / self.name, "--out")
        settings = {key: value for key, value in asdict(self).items() if key not in ("demos", "out")}
        report = {"name": self.name, "mean": means, "act_ms": 1e3 * float(np.mean(timed)), "training": training}
        write_json(self.out / self.name / SCORES, {**report, "settings": settings, "clips": found})
        for split, mean in means.items():
            print(f"{self.name}, {len(found[split])} {split} clips: " + _words(mean))
        return 0

    def _player(self) -> tuple[Player, dict[str, Any]]:
        if self.name in BASELINES:
            return BASELINES[self.name], {}
        if self.name not in CONFIGS:
            raise unknown_value("configuration or baseline", self.name, (*CONFIGS, *BASELINES))
        system = PaperSystem.load(self.out / self.name, device_named(self.device))
        # The noise of a clip does not depend on the clips played before it.
        return lambda one: PaperController(system, self.seed + one.clip), system.training

    def _play(self, player: Player, one: Demonstration, timed: list[float], on_step: OnStep) -> dict[str, Any]:
        goal = one.goal[: self.steps]
        controller = _Timed(player(one), timed)
        roll = PianoRoll(goal, np.zeros(len(goal), dtype=bool))
        scores = play_episode(Simulator(SceneConfig()), controller, roll, on_step).metadata["scores"]
        return {"clip": one.clip, **{measure: scores[measure] for measure in MEASURES}}


class _Timed:
    """A controller whose steps are timed in CPU seconds of this thread, unaffected by other load."""

    def __init__(self, controller: Controller, seconds: list[float]) -> None:
        self._controller, self._seconds = controller, seconds
        self.horizon_steps: int | None = controller.horizon_steps
        self.joint_names, self.target_names = controller.joint_names, controller.target_names

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        return self._controller.start(goal, sustain)

    def act(self, observation: Observation) -> Action:
        began = time.thread_time()
        action = self._controller.act(observation)
        self._seconds.append(time.thread_time() - began)
        return action


def evenly(items: Sequence[T], number: int | None) -> list[T]:
    """Return `number` evenly spaced items from the first on; all of them if there are fewer, or for None."""
    if number is None or number >= len(items):
        return list(items)
    return [items[i * len(items) // number] for i in range(number)]


def _words(mean: dict[str, float]) -> str:
    return ", ".join(f"{measure} {value:.3f}" for measure, value in mean.items())


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 2 after one line on stderr for bad input."""
    try:
        return tyro.cli(Evaluate, args=arguments, description=__doc__).run()
    except UserError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
