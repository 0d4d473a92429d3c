"""Music from both kinds of files."""

from pathlib import Path

import numpy as np
import pytest

from pianomime_core.demonstration import Demonstration
from pianomime_core.errors import UserError
from pianomime_core.midi_score import load_midi
from pianomime_core.song_file import is_demonstration, load_song

SONG = Path(__file__).resolve().parents[3] / "launch" / "songs" / "minuet_in_g.mid"


def test_midi_is_read_as_ever():
    assert load_song(SONG) == load_midi(SONG)


def test_of_a_demonstration_the_notes_are_read(tmp_path):
    demonstration = Demonstration(
        time_s=np.arange(5) * 0.05,
        points_m=np.zeros((5, 2, 6, 3), np.float32),
        valid=np.ones((5, 2), bool),
        confidence=np.ones((5, 2), np.float32),
        onset_s=np.array([0.0]),
        offset_s=np.array([0.21]),
        pitch=np.array([60]),
        velocity=np.array([99]),
        finger=np.array([0]),
        pedal_s=np.zeros(0),
        pedal_down=np.zeros(0, bool),
        video_offset_s=0.0,
        assignment_distance_m=0.0,
        keyboard={},
        metadata={"title": "one note"},
    )
    demonstration.save(tmp_path / "demo.npz")
    assert load_song(tmp_path / "demo.npz") == demonstration.score()


def test_the_name_tells(tmp_path):
    assert [is_demonstration(Path(name)) for name in ("a.npz", "A.NPZ", "a.mid", "npz")] == [True, True, False, False]
    (tmp_path / "midi.npz").write_bytes(SONG.read_bytes())
    with pytest.raises(UserError, match="not a demonstration"):
        load_song(tmp_path / "midi.npz")
