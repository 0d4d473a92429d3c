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

"""What is known of a controller before it is built. The standard library alone: launch files read it, too."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Source = Literal["model", "demonstration"]


@dataclass(frozen=True)
class ControllerSpec:
    """One controller by name.

    Attributes:
        name: What a user types.
        builder: "module:callable"; called with the scene, then, if the controller needs one, with the path of what it
            plays from, and with `options`; returns a `controller.Controller`.
        horizon_steps: `Controller.horizon_steps` of what is built; None for the whole song.
        description: For `--help`, in a few words.
        needs: What it plays from: a folder of networks, a file of `pianomime_core.demonstration`, or nothing.
        options: Keyword arguments of the builder.
        settings: Names of the `Setting`s it plays in; if there are several, the builder takes `setting`.
    """

    name: str
    builder: str
    horizon_steps: int | None
    description: str
    needs: Source | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    settings: tuple[str, ...] = ("benchmark",)

    def load(self) -> Any:
        """Import the builder.

        Raises:
            ImportError, AttributeError: There is none of that name.
        """
        module, _, attribute = self.builder.partition(":")
        return getattr(importlib.import_module(module), attribute)
