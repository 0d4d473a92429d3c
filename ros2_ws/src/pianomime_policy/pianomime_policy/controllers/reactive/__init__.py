"""Plays along, knowing only the keys held now."""

from pianomime_policy.controllers.spec import ControllerSpec

_BUILDER = "pianomime_policy.controllers.reactive.reactive:build"
SPECS = (ControllerSpec("reactive", _BUILDER, 1, "only what is held now"),)
