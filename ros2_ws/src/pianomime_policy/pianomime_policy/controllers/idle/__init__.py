"""Does nothing: the baseline."""

from pianomime_policy.controllers.spec import ControllerSpec

_BUILDER = "pianomime_policy.controllers.idle.idle:build"
SPECS = (ControllerSpec("idle", _BUILDER, 1, "does nothing"),)
