"""Unseen songs, played live on a scripted keyboard, score as from their files."""

from pathlib import Path

import pytest
from benchmarks.live_songs import compare, excerpt
from quiet_machine import skip_if_busy
from ros_domains import free_domain

from pianomime_core.midi_score import load_midi
from pianomime_core.setting import Setting

SONGS = Path(__file__).parents[3] / "shared" / "songs"
SECONDS = 8.0


@pytest.mark.slow
@pytest.mark.quiet_machine
@pytest.mark.parametrize("song", ["folk/playford13", "classical/bach_prelude_bwv_856"])
def test_a_song_sounds_live_as_from_its_file(midi_system, monkeypatch, tmp_path, song):
    path = SONGS / f"{song}.mid"
    if not path.exists():
        pytest.skip(f"{path.name} is not here: no folder shared/songs beside the repository")
    monkeypatch.setenv("ROS_DOMAIN_ID", str(free_domain()))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    one = compare(excerpt(load_midi(path), SECONDS), "onnx", Setting.BENCHMARK)
    skip_if_busy(one.steps, one.missed_steps)
    assert one.received.f1 > 0.95
    assert one.received.onset_f1 > 0.95
    assert one.passes, one
