"""The cost of the planner: in which settings it plays, and what is said of them."""

import re

import pytest
from benchmarks.planner_cost import CostOptions, beginning, main

from pianomime.files.shared_files import find_song
from pianomime_core.errors import UserError
from pianomime_core.setting import Setting


def said_of(capsys: pytest.CaptureFixture[str], *settings: str) -> str:
    assert main(CostOptions(controllers=("streaming",), seconds=0.5, setting=settings)) in (0, 1)  # by the machine
    return capsys.readouterr().out


def test_one_setting_has_one_row_and_no_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    said = said_of(capsys, "musical")
    assert "Planner, musical" in said
    assert "Planner, benchmark" not in said
    assert "times" not in said


def test_two_settings_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    said = said_of(capsys, "benchmark", "musical")
    benchmark, musical = (float(mean) for mean in re.findall(r"streaming │.*?\((\d+\.?\d*)\)", said))
    [ratio] = re.findall(r"takes (\d+\.\d\d) times the CPU time in musical", said)
    assert float(ratio) == pytest.approx(musical / benchmark, rel=0.2)


def test_the_beginning_of_a_song_is_read_as_the_setting_says() -> None:
    rolls = [beginning(find_song("fuer_elise"), 2.0, setting) for setting in Setting]
    assert [len(roll) for roll in rolls] == [40, 40]
    assert all(roll.notes is not None for roll in rolls)


@pytest.mark.parametrize(
    ("settings", "words"), [(("loud",), "unknown setting 'loud'.*benchmark, musical"), ((), "no setting")]
)
def test_an_unknown_setting_is_refused(settings: tuple[str, ...], words: str) -> None:
    with pytest.raises(UserError, match=words):
        main(CostOptions(setting=settings))
