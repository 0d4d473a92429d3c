"""The controllers by name. Importing this module is cheap; building a planner compiles or loads its kernels."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from pianomime_core.errors import unknown_value
from pianomime_description.variant import SceneConfig
from pianomime_policy.controller import Controller
from pianomime_policy.idle import Idle


def _planner(horizon_steps: int | None) -> Callable[[SceneConfig], Controller]:
    def build(scene: SceneConfig) -> Controller:
        from pianomime_policy.planner.planner import Planner, PlannerConfig

        return Planner(scene.variant, replace(PlannerConfig(), horizon_steps=horizon_steps))

    return build


def _foresight(scene: SceneConfig) -> Controller:
    from pianomime_policy.foresight.foresight import Foresight

    return Foresight(scene)


def _idle(scene: SceneConfig) -> Controller:
    return Idle(scene.variant)


CONTROLLERS = MappingProxyType(
    {
        "planner": _planner(None),
        "streaming": _planner(40),
        "streaming-1s": _planner(20),
        "foresight": _foresight,
        "idle": _idle,
    }
)
"""Builders by name: the planner that knows the whole song, two that see 2 s and 1 s of it, one that sees 2 s and tries
on a simulator what it will play, one that does nothing."""


def make_controller(name: str, scene: SceneConfig) -> Controller:
    """Return a new controller for the hands of `scene`.

    Raises:
        UserError: The name is unknown; the message lists the known ones.
    """
    if name not in CONTROLLERS:
        raise unknown_value("controller", name, CONTROLLERS)
    return CONTROLLERS[name](scene)
