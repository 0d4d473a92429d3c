"""A search with known results: the planner plays what is decided, then the hands stay high above the keys."""

from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pianomime.episodes.episode import play_episode
from pianomime_core.errors import UserError
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.rollout import Rollout
from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.registry import make_controller
from pianomime_policy.model_search.refinement import Played, RefineConfig

STRETCH_STEPS = 5


class FakeSearch:
    """Takes the place of `Refinement`; decides five steps at a time.

    Attributes:
        advanced: Steps decided after each stretch of all searches since the test began.
        playings: What the planner plays, once for each song, scene and setting.
    """

    setting: ClassVar[Setting] = Setting.BENCHMARK
    advanced: ClassVar[list[int]] = []
    playings: ClassVar[dict[tuple[bytes, SceneConfig, Setting], Rollout]] = {}

    def __init__(self, roll: PianoRoll, scene: SceneConfig, config: RefineConfig | None = None) -> None:
        self._identity = f"{roll.goal.sum()} {scene} {config}"
        key = (roll.goal.tobytes(), scene, self.setting)
        if key not in self.playings:
            planner = make_controller("planner", scene, setting=self.setting)
            self.playings[key] = play_episode(Simulator(scene), planner, roll)
        self._playing = self.playings[key]
        self.steps, self.step = len(roll.goal), 0
        self.joint_names, self.target_names = self._playing.joint_names, self._playing.target_names

    @property
    def simulated_steps(self) -> int:
        return 40 * self.step

    @property
    def pressed(self) -> NDArray[np.bool_]:
        return self._playing.frames().pressed[: self.step]

    @property
    def silent(self) -> slice:
        """The steps without hands on the keys."""
        return slice(self.step, None)

    def advance(self) -> None:
        self.step = min(self.step + STRETCH_STEPS, self.steps)
        self.advanced.append(self.step)

    def best(self) -> Played:
        targets = self._playing.targets.copy()
        if self._playing.rows_per_step > 1:
            targets = np.array(np.split(targets, self.steps))
        targets[self.silent] = 0.0  # high above the keys, fingers stretched
        # These are not the keys that go down: a rollout must not believe them.
        return Played(self._playing.initial_joint_positions, targets, np.ones((self.steps, 88), bool))

    def save(self, path: Path) -> None:
        with path.open("wb") as file:
            np.savez(file, identity=self._identity, step=self.step)

    @classmethod
    def load(cls, path: Path, roll: PianoRoll, scene: SceneConfig, config: RefineConfig | None = None) -> "FakeSearch":
        search = cls(roll, scene, config)
        with np.load(path) as found:
            if found["identity"] != search._identity:
                raise UserError(f"checkpoint {str(path)!r} is of another song or other settings")
            search.step = int(found["step"])
        return search


class FakeMusicalSearch(FakeSearch):
    """Takes the place of `MusicalRefinement`."""

    setting = Setting.MUSICAL


class FakeSpoiler(FakeSearch):
    """A search that finds less than it begins with: the planner plays, but not what is decided."""

    @property
    def silent(self) -> slice:
        return slice(self.step)


class FakeMusicalSpoiler(FakeSpoiler):
    """The same in place of `MusicalRefinement`."""

    setting = Setting.MUSICAL
