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

"""Metadata of rollouts and reports."""

import importlib.metadata
import platform
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from pianomime_core.metrics import ScoreCard
from pianomime_description.variant import SceneConfig

_PACKAGES = ("pianomime", "mujoco", "numpy", "numba", "scipy")


def rollout_metadata(config: SceneConfig, controller: str, card: ScoreCard, **more: Any) -> dict[str, Any]:
    """Return versions, controller, scene (variant, collisions) and scores, and any further entries."""
    return {"versions": versions(), "controller": controller, **asdict(config), "scores": card.as_dict(), **more}


def versions() -> dict[str, str]:
    """Return the versions of the Python packages that may affect a number."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        with suppress(importlib.metadata.PackageNotFoundError):
            found[package] = importlib.metadata.version(package)
    return found
