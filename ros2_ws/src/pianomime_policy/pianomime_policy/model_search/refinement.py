"""Refinement of one song: a beam search through all of it, stretch by stretch, that can stop and go on.

The whole song is known, time does not matter: the way to make training data, and to see what the hands can do.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_core.errors import UserError
from pianomime_core.piano_roll import PianoRoll
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.planner.planner import PlannerConfig
from pianomime_policy.model_search import checkpoint
from pianomime_policy.model_search.beam_search import BeamConfig, BeamSearch
from pianomime_policy.model_search.cost import CostConfig
from pianomime_policy.model_search.motion_plan_configs import motion_plan_configs
from pianomime_policy.model_search.rehearsal import Rehearsal


@dataclass(frozen=True)
class RefineConfig:
    """Numbers of a refinement.

    Attributes:
        effort: Control steps simulated for one of music, on average; 40 are about 2.5 CPU-seconds a second.
        burst: A hard stretch may take this many times its share of the effort, of what easy ones left or later ones
            will have to save.
        seed: Of the random proposals.
    """

    effort: int = 40
    burst: float = 4.0
    seed: int = 0
    beam: BeamConfig = field(default_factory=BeamConfig)
    cost: CostConfig = field(default_factory=CostConfig)
    planner: PlannerConfig = field(default_factory=PlannerConfig)


class Played(NamedTuple):
    """A performance of a whole song.

    Attributes:
        initial_joint_positions: (54,) rad and m, in the order of `Refinement.joint_names`.
        targets: (T, 46) float32 actuator targets, rad and m, in the order of `Refinement.target_names`.
        pressed: (T, 88) keys at the ends of the steps.
    """

    initial_joint_positions: NDArray[np.float64]
    targets: NDArray[np.float32]
    pressed: NDArray[np.bool_]


class Refinement:
    """One song. Deterministic: the same song, scene and config give the same performance, interrupted or not.

    Attributes:
        steps: Control steps of the song; step: those decided so far.
        joint_names, target_names: As in `Simulator`.
    """

    def __init__(self, roll: PianoRoll, scene: SceneConfig, config: RefineConfig | None = None) -> None:
        self._goal, self._config = roll.goal, config or RefineConfig()
        c = self._config
        self._rehearsal = Rehearsal(scene, c.planner.fingertips, c.planner.performer, c.cost)
        self._motion_plans = [variant.new_motion_plan() for variant in motion_plan_configs(c.planner)]
        for motion_plan in self._motion_plans:
            motion_plan.see(self._goal, 0)
        self._random = np.random.default_rng(c.seed)
        self._search = BeamSearch(self._rehearsal, self._motion_plans, c.beam, self._random)
        first, self._initial_joint_positions = self._rehearsal.begin(self._motion_plans[0])
        self._takes = [first]
        self._spent = 0
        self._identity = hashlib.sha256(self._goal.tobytes() + repr((scene, c)).encode()).hexdigest()
        self.steps, self.step = len(self._goal), 0
        self.joint_names = self._rehearsal.simulator.joint_names
        self.target_names = self._rehearsal.simulator.target_names

    @property
    def simulated_steps(self) -> int:
        """Control steps spent on what is decided so far."""
        return self._spent

    @property
    def pressed(self) -> NDArray[np.bool_]:
        """(step, 88) keys at the ends of the steps decided so far, on the best take."""
        return np.concatenate([take.pressed for take in self._takes[0].history()])

    def advance(self) -> None:
        """Decide the next stretch; does nothing at the end of the song."""
        goal = self._goal[self.step : self.step + self._config.beam.stretch_steps]
        if not len(goal):
            return
        fair = self._config.effort * len(goal)
        saved = self._config.effort * self.step - self._spent
        allowance = min(max(saved + fair, 0) + fair, self._config.burst * fair)
        before = self._rehearsal.simulated_steps
        self._takes = self._search.stretch(self._takes, self.step, goal, int(allowance))
        self._spent += self._rehearsal.simulated_steps - before
        self.step += len(goal)

    def best(self) -> Played:
        """What is decided so far, and the planner alone from there to the end."""
        take = self._takes[0]
        rest = self._rehearsal.play(take, self.step, self._goal[self.step :], self._motion_plans, take.plan_index)
        assert rest is not None  # no limit, no end before the end
        takes = rest.history()
        return Played(
            self._initial_joint_positions,
            np.concatenate([t.targets for t in takes]),
            np.concatenate([t.pressed for t in takes]),
        )

    def save(self, path: Path) -> None:
        """Write a checkpoint, whole or not at all.

        Raises:
            UserError: It cannot be written.
        """
        checkpoint.write(path, self._identity, self.step, self._spent, self._random, self._takes)

    @classmethod
    def load(cls, path: Path, roll: PianoRoll, scene: SceneConfig, config: RefineConfig | None = None) -> "Refinement":
        """Go on from a checkpoint.

        Raises:
            UserError: It is none, or that of another song, scene or config.
        """
        refinement = cls(roll, scene, config)
        found = checkpoint.read(path, refinement._takes[0])
        if found.identity != refinement._identity:
            raise UserError(f"checkpoint {str(path)!r} is of another song or other settings: remove it to begin anew")
        indices = {take.plan_index for take in found.takes}
        if not 0 <= found.step <= refinement.steps or not indices <= set(range(len(refinement._motion_plans))):
            raise UserError(f"checkpoint {str(path)!r} is damaged: remove it to begin anew")
        refinement.step, refinement._spent, refinement._takes = found.step, found.spent, found.takes
        refinement._random.bit_generator.state = found.random
        return refinement
