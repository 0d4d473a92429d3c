"""A controller for tests of what calls it."""

import numpy as np

from pianomime_policy.controllers.controller import Action


class Recorder:
    """A controller that records its observations and answers with the step."""

    joint_names = ("a", "b")
    target_names = ("x",)

    def __init__(self, horizon_steps) -> None:
        self.horizon_steps = horizon_steps
        self.starts = []
        self.seen = []

    def start(self, goal, sustain):
        self.starts.append((goal.copy(), sustain.copy()))
        return np.array([0.5, -0.5])

    def act(self, observation):
        self.seen.append(observation)
        return Action(np.array([float(observation.step)]))
