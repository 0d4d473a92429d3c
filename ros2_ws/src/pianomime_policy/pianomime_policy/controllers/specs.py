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

"""All controllers by name: ours, one folder each, and those of other packages. Ours need the standard library alone.

Another package adds a controller as an entry point of the group `pianomime.controllers`, a class or a `ControllerSpec`;
without any packaging, `module:Class` is a name, too. The class's attribute `horizon_steps` says how much it sees (None:
the whole song). It is built with the scene alone, or, if its attribute `needs` says "model" or "demonstration", with
the scene and the path of what the user gives.
"""

import functools
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from typing import Any, get_args

from pianomime_core.errors import UserError, unknown_value
from pianomime_policy.controllers import demo, foresight, generalist, idle, planner, reactive
from pianomime_policy.controllers.spec import ControllerSpec, Source

ENTRY_POINTS = "pianomime.controllers"
OURS: Mapping[str, ControllerSpec] = {
    spec.name: spec for room in (planner, foresight, reactive, idle, generalist, demo) for spec in room.SPECS
}


@functools.cache
def others() -> Mapping[str, EntryPoint]:
    """Controllers of other packages by name, from their entry points, which are read once in a process."""
    return {point.name: point for point in entry_points(group=ENTRY_POINTS) if point.name not in OURS}


def controller_names() -> tuple[str, ...]:
    """Names of all controllers."""
    return (*OURS, *others())


def ours_that_need(needs: Source | None) -> tuple[str, ...]:
    """Names of those of ours that play from this, or from nothing."""
    return tuple(name for name, spec in OURS.items() if spec.needs == needs)


def check_name(name: str) -> None:
    """Raise UserError, which lists the known names, for an unknown one; `module:Class` is not imported yet."""
    if name not in OURS and name not in others() and not _is_reference(name):
        raise unknown_value("controller", name, (*controller_names(), "module:Class of your own"))


def spec_of(name: str) -> ControllerSpec:
    """Return what is known of a controller; one of another package is imported for it.

    Raises:
        UserError: There is none of that name, or it cannot be imported.
    """
    check_name(name)
    if name in OURS:
        return OURS[name]
    reference = others()[name].value if name in others() else name
    spec = ControllerSpec(name, reference, None, "of another package")
    try:
        found: Any = spec.load()
    except Exception as error:  # other people's code may fail in any way
        raise UserError(f"controller {name!r} cannot be imported: {type(error).__name__}: {error}") from error
    if isinstance(found, ControllerSpec):
        return replace(found, name=name)
    if not callable(found) or not hasattr(found, "horizon_steps"):
        raise UserError(f"controller {name!r} is no class with an attribute horizon_steps")
    needs = getattr(found, "needs", None)
    if needs not in (None, *get_args(Source)):
        raise UserError(
            f"controller {name!r} needs {needs!r}: legal are {', '.join(map(repr, get_args(Source)))}, None"
        )
    return replace(spec, horizon_steps=found.horizon_steps, needs=needs)


def _is_reference(name: str) -> bool:
    module, colon, attribute = name.partition(":")
    return bool(colon) and all(part.isidentifier() for part in (*module.split("."), attribute))
