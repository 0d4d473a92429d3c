"""Plays a pianist's demonstration with the pianist's fingering."""

from pianomime_policy.controllers.spec import ControllerSpec

_BUILDER = "pianomime_policy.controllers.demo.demo:build"
SPECS = (ControllerSpec("demo", _BUILDER, None, "repeats what a pianist did", "demonstration"),)
