"""The systems of the paper's Table 1 that are trained: what each level sees, what it does, and how it is learned.

A level sees some of `PARTS` and outputs one of `DOES`; everything else (data, training loop, evaluation) is shared.
Sizes are chosen so that a level trains in about four minutes on one CPU core.
"""

from dataclasses import dataclass, replace
from types import MappingProxyType

from training.fitting import FitConfig
from training.paper.heads import Bins, Diffusion, Flow, Head, Regression
from training.paper.networks import MlpSize

PARTS = ("goals", "previous fingertips", "coming fingertips", "state")
"""Possible inputs of a level: goals of steps t, t+1, ..; fingertips of step t-1; fingertips of steps t, t+1, ..; joint
positions, joint velocities and keys before step t."""
DOES = ("fingertips", "fingertip residuals", "targets")
"""Possible outputs for steps t, t+1, ..: fingertips, fingertips minus those of step t-1, actuator targets."""


@dataclass(frozen=True)
class Level:
    """One network and its task.

    Attributes:
        sees: Some of PARTS.
        does: One of DOES.
        head: The kind of output and its network.
        goal_steps: Steps of goals that it sees.
        steps: Steps that it outputs, and sees of the coming fingertips; only the first is executed.
        updates: Training updates, each on `batch` windows.
    """

    sees: tuple[str, ...]
    does: str
    head: Head
    goal_steps: int
    steps: int
    updates: int
    batch: int = 256
    learning_rate: float = 2e-3

    def fit(self, seed: int, updates: int | None) -> FitConfig:
        """Settings of the training loop; `updates` replaces the level's own."""
        return FitConfig(steps=updates or self.updates, learning_rate=self.learning_rate, seed=seed)


@dataclass(frozen=True)
class PaperConfig:
    """A system: goals are "codes" of the autoencoder or the 88 "keys"; without high level, the low one sees no
    fingertips."""

    goals: str
    high: Level | None
    low: Level


_LOOKAHEAD, _HORIZON = 11, 4
_HIGH_SEES = ("goals", "previous fingertips")
_LOW_SEES = ("goals", "coming fingertips", "state")
_ALONE_SEES = ("goals", "state")
_DENOISER, _PLAIN = MlpSize(width=256, layers=3), MlpSize(width=1024, layers=3)
_DRAWS_OF_TARGETS = 2
"""Calls of a denoiser of targets. Experts' targets jitter, and samples with the same jitter play worse than samples
near the mean, which few calls give: on four training clips five calls lost .02 to .06 of F1 against two or one."""
_UPDATES = 7000
"""Updates of a denoiser in a two-level system; a single level gets as many as both together."""

_HIGH = Level(_HIGH_SEES, "fingertips", Diffusion(_DENOISER, steps=100), _LOOKAHEAD, _HORIZON, _UPDATES)
_LOW_HEAD = Diffusion(_DENOISER, steps=50, sampling_steps=_DRAWS_OF_TARGETS)
_LOW = Level(_LOW_SEES, "targets", _LOW_HEAD, _HORIZON, _HORIZON, _UPDATES)
_ONE_STAGE = Level(_ALONE_SEES, "targets", _LOW_HEAD, _LOOKAHEAD, _HORIZON, 2 * _UPDATES)
# One action at a time, as in the original work, and fewer updates because their networks are larger.
_CLONE = Level(_ALONE_SEES, "targets", Regression(_PLAIN), _LOOKAHEAD, 1, updates=10_000, learning_rate=1e-3)
_BINNED = Level(_ALONE_SEES, "targets", Bins(_PLAIN), _LOOKAHEAD, 1, updates=5_000, learning_rate=1e-3)

CONFIGS = MappingProxyType(
    {
        "two-stage": PaperConfig("codes", _HIGH, _LOW),
        "two-stage-residual": PaperConfig("codes", replace(_HIGH, does="fingertip residuals"), _LOW),
        "two-stage-flow": PaperConfig(
            "codes", replace(_HIGH, head=Flow(_DENOISER)), replace(_LOW, head=Flow(_DENOISER, _DRAWS_OF_TARGETS))
        ),
        "no-sdf": PaperConfig("keys", _HIGH, _LOW),
        "one-stage": PaperConfig("codes", None, _ONE_STAGE),
        "bc-mlp": PaperConfig("codes", None, _CLONE),
        "bet": PaperConfig("codes", None, _BINNED),
    }
)
"""By name, in the order of the table."""
