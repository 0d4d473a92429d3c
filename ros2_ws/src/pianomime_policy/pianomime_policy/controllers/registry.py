"""Controllers by name. Importing this module is cheap; building a planner compiles or loads its kernels."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from pianomime_core.demonstration import Demonstration
from pianomime_core.errors import UserError, unknown_value
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import Controller
from pianomime_policy.controllers.controller_names import CONTROLLERS, DEMONSTRATED, HORIZON_STEPS, TRAINED
from pianomime_policy.controllers.idle.idle import Idle


def _planner(horizon_steps: int | None) -> Callable[[SceneConfig], Controller]:
    def build(scene: SceneConfig) -> Controller:
        from pianomime_policy.controllers.planner.planner import Planner, PlannerConfig

        return Planner(scene.variant, replace(PlannerConfig(), horizon_steps=horizon_steps))

    return build


def _foresight(scene: SceneConfig) -> Controller:
    from pianomime_policy.controllers.foresight.foresight import Foresight

    return Foresight(scene)


def _reactive(scene: SceneConfig) -> Controller:
    from pianomime_policy.controllers.reactive.reactive import Reactive

    return Reactive(scene.variant)


def _idle(scene: SceneConfig) -> Controller:
    return Idle(scene.variant)


def _onnx(horizon_steps: int) -> Callable[[SceneConfig, Path], Controller]:
    def build(scene: SceneConfig, model: Path) -> Controller:
        from pianomime_policy.controllers.generalist.generalist import Generalist

        return Generalist(scene, model, horizon_steps)

    return build


def _demo(scene: SceneConfig, demonstration: Path) -> Controller:
    from pianomime_policy.controllers.demo.demo import Demo

    return Demo(Demonstration.load(demonstration), scene.variant)


_UNTRAINED: Mapping[str, Callable[[SceneConfig], Controller]] = MappingProxyType(
    {
        **{name: _planner(HORIZON_STEPS[name]) for name in ("planner", "streaming", "streaming-1s")},
        "foresight": _foresight,
        "reactive": _reactive,
        "idle": _idle,
    }
)
_TRAINED: Mapping[str, Callable[[SceneConfig, Path], Controller]] = MappingProxyType(
    {"onnx": _onnx(40), "onnx-1s": _onnx(20)}
)
_DEMONSTRATED: Mapping[str, Callable[[SceneConfig, Path], Controller]] = MappingProxyType({"demo": _demo})


def check_controller(name: str, model: Path | None = None) -> None:
    """Check everything that `make_controller` checks before it builds anything.

    Raises:
        UserError: The name is unknown (the message lists the known ones); a model or demonstration is missing or
            invalid, or is given to a controller that takes none.
    """
    if name not in CONTROLLERS:
        raise unknown_value("controller", name, CONTROLLERS)
    if name in DEMONSTRATED:
        if model is None:
            raise UserError(f"controller {name!r} needs a demonstration: a file that `pianomime perceive` wrote")
        if not model.is_file():
            raise UserError(f"no such demonstration file: {str(model)!r}")
        Demonstration.load(model)
        return
    if name not in TRAINED:
        if model is not None:
            trained = ", ".join(TRAINED)
            raise UserError(
                f"controller {name!r} takes no model, but {str(model)!r} is given: a model is for {trained}"
            )
        return
    if model is None:
        raise UserError(f"controller {name!r} needs a model: the folder of its ONNX networks")
    if not model.is_dir():
        raise UserError(f"no such model folder: {str(model)!r}")


def make_controller(name: str, scene: SceneConfig, model: Path | None = None) -> Controller:
    """Return a new controller for the hands of `scene`.

    Args:
        name: One of `CONTROLLERS`.
        scene: The robot.
        model: Folder of networks for one of `TRAINED`, demonstration file for one of `DEMONSTRATED`; None for all
            others.

    Raises:
        UserError: As `check_controller`; or the networks were made for another robot, or the file is not a
            demonstration.
    """
    check_controller(name, model)
    return _UNTRAINED[name](scene) if model is None else {**_TRAINED, **_DEMONSTRATED}[name](scene, model)
