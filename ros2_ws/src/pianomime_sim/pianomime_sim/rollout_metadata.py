"""What a rollout says about itself."""

import importlib.metadata
import platform
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from pianomime_core.metrics import ScoreCard
from pianomime_description.variant import SceneConfig

_PACKAGES = ("pianomime", "robopianist", "mujoco", "numpy", "numba", "scipy")


def rollout_metadata(config: SceneConfig, controller: str, card: ScoreCard, **more: Any) -> dict[str, Any]:
    """Return versions, controller, scene (variant, collisions) and scores, and whatever else is to be kept."""
    return {"versions": versions(), "controller": controller, **asdict(config), "scores": card.as_dict(), **more}


def versions() -> dict[str, str]:
    """Return the versions of everything that may change a number and is installed as a Python package."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        with suppress(importlib.metadata.PackageNotFoundError):
            found[package] = importlib.metadata.version(package)
    return found
