"""What benchmarks.reactive_live refuses, and how latencies of presses on the wall clock are counted."""

import numpy as np
import pytest
from benchmarks import reactive_live
from benchmarks.reactive_latency import latencies
from benchmarks.reactive_live import ReactiveLiveOptions, main

from pianomime_core.errors import UserError


@pytest.mark.parametrize("options", [ReactiveLiveOptions(melodies=0), ReactiveLiveOptions(seconds=1.0)])
def test_bad_options_are_refused(options):
    with pytest.raises(UserError, match="melodies of"):
        main(options)


def test_an_unknown_setting_is_refused_before_a_port_is_opened(monkeypatch):
    monkeypatch.setattr(reactive_live, "midi_system", pytest.fail)
    with pytest.raises(UserError, match=r"'loud'.*benchmark.*musical"):
        main(ReactiveLiveOptions(setting="loud"))


def test_each_press_answers_one_note():
    presses = [[] for _ in range(88)]
    presses[60 - 21] = [100.25, 100.5, 101.0]
    presses[62 - 21] = [102.0]
    struck = [(100.125, 60), (100.375, 60), (100.75, 60), (101.125, 62)]
    latency, wrong = latencies(struck, presses)
    np.testing.assert_array_equal(latency, [0.125, 0.125, 0.25, np.inf])
    assert wrong == 1
    assert presses[60 - 21] == [100.25, 100.5, 101.0]
