"""The controller that looks before it plays: a streaming planner with the simulator in its loop.

While one stretch of music is played, the next is rehearsed from where this one will end: as read, then otherwise, a
fixed number of simulated steps in every control step. What went best is what is played next. Where that went well at
once, the time goes to the stretch after it.
"""

from collections.abc import Generator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import FingertipAims, Observation
from pianomime_policy.controllers.foresight.prospect import Prospect
from pianomime_policy.controllers.planner.planner import PlannerConfig
from pianomime_policy.hand_control.hands_controller import AS_PLANNED, Adaptation, HandsController
from pianomime_policy.model_search.cost import NO_ONSETS, CostConfig, step_cost
from pianomime_policy.model_search.proposals import ProposalConfig, Trial, next_proposal
from pianomime_policy.model_search.rehearsal import Rehearsal, Take
from pianomime_policy.motion.foot import Foot
from pianomime_policy.motion.song_plan import Assignments


@dataclass(frozen=True)
class ForesightConfig:
    """Numbers of the controller.

    Attributes:
        simulated_steps: In every control step.
        stretch_steps: Control steps of a stretch, and
        beyond_steps: those rehearsed beyond its end, as read, to see what it led to.
        stretches_ahead: Stretches rehearsed ahead of the one that is played, at most.
        good_cost: Of a control step, from which on nothing more is tried.
        as_foreseen: No joint is further than this from where it was expected [rad or m]: what follows need not be
            rehearsed again.
        seed: Of the random proposals.
    """

    simulated_steps: int = 5
    stretch_steps: int = 8
    beyond_steps: int = 2
    stretches_ahead: int = 2
    good_cost: float = 0.02
    as_foreseen: float = 1e-3
    seed: int = 0
    proposals: ProposalConfig = field(default_factory=ProposalConfig)
    cost: CostConfig = field(default_factory=CostConfig)
    planner: PlannerConfig = field(default_factory=lambda: replace(PlannerConfig(), horizon_steps=40))


class Foresight:
    """A `Controller`; see the module's docstring."""

    def __init__(self, scene: SceneConfig, config: ForesightConfig | None = None) -> None:
        self.config = c = config or ForesightConfig()
        self.horizon_steps = c.planner.horizon_steps
        self._hands_controller = HandsController(scene.variant, c.planner.fingertips, c.planner.performer)
        self._foot = Foot()
        self._rehearsal = Rehearsal(scene, c.planner.fingertips, c.planner.performer, c.cost)
        self.joint_names, self.target_names = self._hands_controller.joint_names, self._hands_controller.target_names

    def start(self, goal: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> NDArray[np.float64]:
        """See `Controller.start`."""
        self._motion_plan = self.config.planner.new_motion_plan()
        self._motion_plan.see(goal, 0)
        self._foot.lift()
        self._random = np.random.default_rng(self.config.seed)
        self._now = Prospect(0)
        self._ahead: list[Prospect] = []
        self._turn = 0
        self._onsets = NO_ONSETS
        self._seen: Observation | None = None
        return self._hands_controller.begin(self._motion_plan)

    def act(self, observation: Observation) -> NDArray[np.float64]:
        """See `Controller.act`."""
        o, c = observation, self.config
        self._motion_plan.see(o.goal, o.step)
        self._foot.act(o)
        if self._seen is not None:
            self._onsets = step_cost(c.cost, self._onsets, self._seen.goal[0], o.key_angles)[1]
        self._seen = replace(o, goal=o.goal.copy())
        if o.step >= self._turn:
            begin = o.step // c.stretch_steps * c.stretch_steps
            self._turn = begin + c.stretch_steps
            self._now = next((p for p in self._ahead if p.step == begin), Prospect(begin))
            self._ahead = [p for p in self._ahead if p.step > begin]
            self._thinking = self._think(self._seen)
        for _ in range(c.simulated_steps):
            next(self._thinking)
        return self._hands_controller.act(
            self._motion_plan, o.step, o.joint_positions, o.joint_velocities, o.key_angles, self._now.adaptation
        )

    def pedal(self) -> bool:
        """See `Pedals.pedal`."""
        return self._foot.pedal()

    def assignments(self) -> Assignments:
        """See `TellsFingers.assignments`."""
        return self._motion_plan.assignments()

    def aims(self) -> FingertipAims | None:
        """See `TellsAims.aims`."""
        return self._hands_controller.aims()

    def _think(self, o: Observation) -> Generator[None, None, None]:
        """Rehearse what follows until the generator is dropped; pauses after every simulated step."""
        now = self._now
        if not self._is_as_foreseen(o):
            memory, onsets = self._hands_controller.memory(), self._onsets
            here = self._rehearsal.measured(o.joint_positions, o.joint_velocities, o.key_angles, memory, onsets)
            self._ahead = [prospect.begin_elsewhere() for prospect in self._ahead]
            yield  # taking over a state takes as long as a step
            now.end = yield from self._played(here, o.step, o.goal[: self._turn - o.step], now.adaptation)
        while True:
            doubtful = self._first_doubtful()
            if doubtful is None:
                yield
            else:
                yield from self._try(doubtful)

    def _is_as_foreseen(self, o: Observation) -> bool:
        now = self._now
        if o.step != now.step or now.begin is None or now.end is None:
            return False
        expected = self._rehearsal.joint_positions(now.begin)
        return bool(np.max(np.abs(expected - o.joint_positions)) <= self.config.as_foreseen)

    def _first_doubtful(self) -> Prospect | None:
        """The first stretch ahead that nobody knows how to play well; None if there is none as far as it looks."""
        assert self._seen is not None
        c, before = self.config, self._now
        for number in range(c.stretches_ahead):
            if before.step + 2 * c.stretch_steps > self._seen.step + len(self._seen.goal):
                return None
            if number == len(self._ahead):
                self._ahead.append(Prospect(before.step + c.stretch_steps))
            prospect = self._ahead[number]
            if prospect.begin is None:
                assert before.end is not None  # it is known how to play it
                prospect.begin = replace(before.end, before=None)
            if prospect.cost > c.good_cost * (c.stretch_steps + c.beyond_steps):
                return prospect
            before = prospect
        return None

    def _try(self, prospect: Prospect) -> Generator[None, None, None]:
        c, step = self.config, prospect.step
        assert self._seen is not None
        assert prospect.begin is not None
        goal = self._seen.goal[step - self._seen.step :]
        beyond = goal[c.stretch_steps : c.stretch_steps + c.beyond_steps]
        if prospect.untried:
            adaptation = prospect.untried[-1]
        else:
            adaptation = next_proposal(c.proposals, prospect.tried, self._random)[1]
        limit = np.inf if prospect.best is None else prospect.best.cost
        end = yield from self._played(prospect.begin, step, goal[: c.stretch_steps], adaptation, limit)
        errors = self._rehearsal.hands_controller.press_error_m.copy()
        last = end
        if end is not None and len(beyond):
            last = yield from self._played(end, step + c.stretch_steps, beyond, AS_PLANNED, limit)
        cost = limit + 1.0 if last is None else last.cost
        prospect.note(Trial(cost, 0, adaptation, errors), None if last is None else end)

    def _played(
        self, begin: Take, step: int, goal: NDArray[np.bool_], adaptation: Adaptation, limit: float = np.inf
    ) -> Generator[None, None, Take | None]:
        return self._rehearsal.playing(begin, step, goal, [self._motion_plan], 0, adaptation, limit)
