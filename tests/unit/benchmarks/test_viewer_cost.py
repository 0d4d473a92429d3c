"""The parts of benchmarks.viewer_cost that could be wrong unnoticed."""

import pytest
from benchmarks.viewer_cost import ViewerCostOptions, frames_per_s, main

from pianomime_core.errors import UserError


def test_frames_count_from_when_the_scene_has_been_sent():
    arrivals_s = [10.0, 10.1, 10.2] + [12.0 + k / 30 for k in range(31)]
    assert frames_per_s(arrivals_s, 2.0) == pytest.approx(30.0)


@pytest.mark.parametrize("arrivals_s", [[], [1.0], [1.0, 2.0], [1.0, 4.0]])
def test_too_few_frames_are_none(arrivals_s):
    assert frames_per_s(arrivals_s, 2.0) == 0.0


def test_an_unknown_song_is_refused():
    with pytest.raises(UserError, match="no such song"):
        main(ViewerCostOptions(song="no such song"))
