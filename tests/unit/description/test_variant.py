import pytest

from pianomime_core.errors import UserError
from pianomime_core.hands import FOREARM_DOFS
from pianomime_description.variant import HAND_VARIANTS, SceneConfig, hand_variant


def test_variants_have_the_slides_that_names_are_made_of():
    for name, dofs in FOREARM_DOFS.items():
        assert tuple(slide.name for slide in hand_variant(name).forearm) == dofs
    assert set(HAND_VARIANTS) == set(FOREARM_DOFS)


def test_unknown_variant_is_refused_with_the_legal_ones():
    with pytest.raises(UserError, match="'stock': choose one of pianomime, robopianist"):
        hand_variant("stock")
    with pytest.raises(UserError, match="'stock'"):
        SceneConfig(variant="stock")


def test_default_scene_is_the_benchmark():
    assert SceneConfig() == SceneConfig(variant="pianomime", hand_collisions=False, gravity_compensation=True)
