"""Metadata of rollouts and reports."""

import importlib.metadata
import platform
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from pianomime_core.metrics import ScoreCard
from pianomime_description.variant import SceneConfig

_PACKAGES = ("pianomime", "robopianist", "mujoco", "numpy", "numba", "scipy")


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
