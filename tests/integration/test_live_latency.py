"""Latencies are measured: for a short melody, with the nodes."""

import numpy as np
import pytest
from benchmarks.reactive_live import ReactiveLiveOptions, play_melodies
from quiet_machine import skip_if_busy
from ros_domains import free_domain

from pianomime_core.setting import Setting


@pytest.mark.slow
@pytest.mark.quiet_machine
@pytest.mark.parametrize("setting", Setting)
def test_presses_are_heard_and_follow_the_keys(midi_system, monkeypatch, tmp_path, setting):
    monkeypatch.setenv("ROS_DOMAIN_ID", str(free_domain()))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    answer = play_melodies(ReactiveLiveOptions(melodies=1, seconds=6.0), setting)
    played = np.isfinite(answer.press_s)
    assert len(played) >= 5
    assert answer.steps > 5 * 20
    skip_if_busy(answer.steps, answer.missed_steps)
    assert played.mean() > 0.8
    both = played & np.isfinite(answer.message_s)
    assert (answer.message_s[both] >= answer.press_s[both]).all()
