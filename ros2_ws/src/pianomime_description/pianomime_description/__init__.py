"""MuJoCo models of the piano and the two Shadow Hands."""

from pianomime_description.hand_spec import build_hand, fingertip_site
from pianomime_description.scene import build_scene
from pianomime_description.variant import SceneConfig

__all__ = ["SceneConfig", "build_hand", "build_scene", "fingertip_site"]
