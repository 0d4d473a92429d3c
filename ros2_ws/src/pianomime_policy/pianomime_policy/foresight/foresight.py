"""The controller that looks before it plays: a streaming planner with the simulator in its loop.

While one stretch of music is played, the next is rehearsed from where this one will end: as read, then otherwise, a
fixed number of simulated steps in every control step. What went best is what is played next.
"""

from collections.abc import Generator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pianomime_description.variant import SceneConfig
from pianomime_policy.controller import Observation
from pianomime_policy.foresight.cost import NO_ONSETS, CostConfig, step_cost
from pianomime_policy.foresight.proposals import ProposalConfig, Trial, next_proposal
from pianomime_policy.foresight.readings import reading_configs
from pianomime_policy.foresight.rehearsal import Rehearsal
from pianomime_policy.planner.performer import AS_READ, Performer
from pianomime_policy.planner.planner import PlannerConfig
from pianomime_policy.planner.song_plan import Assignments


@dataclass(frozen=True)
class ForesightConfig:
    """Numbers of the controller.

    Attributes:
        simulated_steps: In every control step.
        stretch_steps: Control steps of a stretch, and
        beyond_steps: those rehearsed beyond its end, as read, to see what it led to.
        good_cost: Of a control step, from which on nothing more is tried.
        readings: How many of `reading_configs` are followed.
        seed: Of the random proposals.
    """

    simulated_steps: int = 6
    stretch_steps: int = 8
    beyond_steps: int = 2
    good_cost: float = 0.02
    readings: int = 1
    seed: int = 0
    proposals: ProposalConfig = field(default_factory=ProposalConfig)
    cost: CostConfig = field(default_factory=CostConfig)
    planner: PlannerConfig = field(default_factory=lambda: replace(PlannerConfig(), horizon_steps=40))


class Foresight:
    """A `Controller`; see the module's docstring."""

    def __init__(self, scene: SceneConfig, config: ForesightConfig | None = None) -> None:
        self.config = c = config or ForesightConfig()
        self.horizon_steps = c.planner.horizon_steps
        self._performer = Performer(scene.variant, c.planner.fingertips, c.planner.performer)
        self._rehearsal = Rehearsal(scene, c.planner.fingertips, c.planner.performer, c.cost)
        self.joint_names, self.target_names = self._performer.joint_names, self._performer.target_names

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """See `Controller.start`."""
        c = self.config
        self._readings = [config.new_reading() for config in reading_configs(c.planner)[: c.readings]]
        for reading in self._readings:
            reading.see(goal, 0)
        self._random = np.random.default_rng(c.seed)
        self._playing = Trial(np.inf, 0, AS_READ, self._performer.press_error_m)
        self._next = self._playing
        self._onsets = NO_ONSETS
        self._turn = 0
        self._last_goal: NDArray[np.bool_] | None = None
        self._thinking: Generator[None, None, None] | None = None
        return self._performer.begin(self._readings[0])

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """See `Controller.act`."""
        o, c = observation, self.config
        for reading in self._readings:
            reading.see(o.goal, o.step)
        if self._last_goal is not None:
            self._onsets = step_cost(c.cost, self._onsets, self._last_goal, o.key_angles)[1]
        self._last_goal = o.goal[0].copy()
        if o.step >= self._turn:
            self._turn = (o.step // c.stretch_steps + 1) * c.stretch_steps
            self._playing = self._next
            self._next = Trial(np.inf, self._playing.reading, AS_READ, self._playing.press_error_m)
            self._thinking = self._think(o)
        if self._thinking is not None:
            for _ in range(c.simulated_steps):
                next(self._thinking, None)
        p = self._playing
        return self._performer.act(
            self._readings[p.reading], o.step, o.joint_positions, o.joint_velocities, o.key_angles, p.adaptation
        )

    def assignments(self) -> Assignments:
        """See `TellsFingers.assignments`; those of the first reading."""
        return self._readings[0].assignments()

    def _think(self, o: Observation) -> Generator[None, None, None]:
        """Rehearse the stretch after this one until the generator is dropped; pauses after every simulated step."""
        c, now = self.config, self._playing
        memory, onsets, step, goal = self._performer.memory(), self._onsets, o.step, o.goal.copy()
        here = self._rehearsal.measured(o.joint_positions, o.joint_velocities, o.key_angles, memory, onsets)
        yield  # taking over a state takes as long as a step
        first = self._turn - step
        last = first + c.stretch_steps
        playing = self._rehearsal.playing(here, step, goal[:first], self._readings, now.reading, now.adaptation)
        begin = yield from playing
        assert begin is not None
        step, goal, beyond = step + first, goal[first:last], goal[last : last + c.beyond_steps]
        tried: list[Trial] = []
        untried = [now.reading, *(r for r in range(len(self._readings)) if r != now.reading)]
        while self._next.cost - begin.cost > c.good_cost * (len(goal) + len(beyond)):
            if untried:
                reading, adaptation = untried.pop(0), AS_READ
            else:
                reading, adaptation = next_proposal(c.proposals, tried, self._random)
            limit = self._next.cost
            end = yield from self._rehearsal.playing(begin, step, goal, self._readings, reading, adaptation, limit)
            errors = self._rehearsal.performer.press_error_m.copy()
            if end is not None and len(beyond):
                end = yield from self._rehearsal.playing(
                    end, step + len(goal), beyond, self._readings, reading, AS_READ, limit
                )
            trial = Trial(limit + 1.0 if end is None else end.cost, reading, adaptation, errors)
            tried.append(trial)
            if end is not None and end.cost < self._next.cost:
                self._next = trial
