# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Controllers by name. Importing this module is cheap; building a planner compiles or loads its kernels."""

from pathlib import Path

from pianomime_core.demonstration import Demonstration
from pianomime_core.errors import UserError
from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.controller import Controller
from pianomime_policy.controllers.spec import ControllerSpec
from pianomime_policy.controllers.specs import ours_that_need, spec_of


def check_controller(name: str, source: Path | None = None, setting: Setting = Setting.BENCHMARK) -> None:
    """Check everything that `make_controller` checks before it compiles anything.

    Raises:
        UserError: The name is unknown (the message lists the known ones); a model or demonstration is missing or
            invalid, or is given to a controller that takes none; it does not play in the setting.
    """
    if _spec_for(name, source, setting).needs == "demonstration" and source is not None:
        Demonstration.load(source)


def make_controller(
    name: str, scene: SceneConfig, source: Path | None = None, setting: Setting = Setting.BENCHMARK
) -> Controller:
    """Return a new controller for the hands of `scene`.

    Args:
        name: See `specs`.
        scene: The robot.
        source: What its `ControllerSpec` says that it needs: folder of networks, or file of a demonstration.
        setting: One that it plays in.

    Raises:
        UserError: As `check_controller`, or the networks were made for another robot.
    """
    spec = _spec_for(name, source, setting)
    options = dict(spec.options) if len(spec.settings) == 1 else {**spec.options, "setting": setting}
    controller: Controller = spec.load()(scene, *(() if source is None else (source,)), **options)
    return controller


def _spec_for(name: str, source: Path | None, setting: Setting) -> ControllerSpec:
    """The spec of a controller that plays in the setting and needs exactly this source, which exists; what is in it is
    read by the builder."""
    spec = spec_of(name)
    if setting not in spec.settings:
        legal = ", ".join(spec.settings)
        raise UserError(f"controller {name!r} does not play in the setting {str(setting)!r}: legal are {legal}")
    if spec.needs == "demonstration":
        if source is None:
            raise UserError(f"controller {name!r} needs a demonstration: a file that `pianomime perceive` wrote")
        if not source.is_file():
            raise UserError(f"no such demonstration file: {str(source)!r}")
    elif spec.needs == "model":
        if source is None:
            raise UserError(
                f"controller {name!r} needs a model, the folder of its networks: --model FOLDER "
                "(model:= of a launch file)"
            )
        if not source.is_dir():
            raise UserError(f"no such model folder: {str(source)!r}")
    elif source is not None:
        trained = ", ".join(ours_that_need("model"))
        raise UserError(f"controller {name!r} takes no model, but {str(source)!r} is given: a model is for {trained}")
    return spec
