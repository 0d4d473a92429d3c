"""The two settings by name."""

import pytest

from pianomime_core.errors import UserError
from pianomime_core.reading_rules import ReadingRules
from pianomime_core.setting import Setting, setting


def test_each_setting_reads_by_its_rules() -> None:
    assert setting("benchmark").reading is ReadingRules.ROBOPIANIST
    assert setting("musical").reading is ReadingRules.MUSICAL
    assert [str(one) for one in Setting] == ["benchmark", "musical"]


@pytest.mark.parametrize("name", ["", "Musical", "music"])
def test_another_setting_is_refused_with_the_legal_ones(name: str) -> None:
    with pytest.raises(UserError, match=f"setting '{name}'.*benchmark, musical") as refused:
        setting(name)
    assert "\n" not in str(refused.value)
