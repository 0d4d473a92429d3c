"""Agreement counted by hand; invalid files are refused."""

from pathlib import Path

import numpy as np
import pytest

from pianomime_core.demonstration import Demonstration
from pianomime_core.errors import UserError
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll
from pianomime_perception.reference_fingering import agreement, load_fingering

HEADER = "onset_s,key_0_87,finger_R0-4_L5-9\n"
C, D, E = 39, 41, 43


def demonstration(*notes: tuple[float, int, int]) -> Demonstration:
    """Notes of 0.1 s: onset [s], key, finger."""
    onset_s, key, finger = (np.array(column) for column in zip(*notes, strict=True))
    rows = len(piano_roll(Score(tuple(Note(k + 21, o, o + 0.1, 64) for o, k, _ in notes), (), "")))
    return Demonstration(
        time_s=np.arange(rows) * 0.05,
        points_m=np.full((rows, 2, 6, 3), np.nan, dtype=np.float32),
        valid=np.zeros((rows, 2), dtype=bool),
        confidence=np.zeros((rows, 2), dtype=np.float32),
        onset_s=onset_s,
        offset_s=onset_s + 0.1,
        pitch=key + 21,
        velocity=np.full(len(key), 64),
        finger=finger,
        pedal_s=np.zeros(0),
        pedal_down=np.zeros(0, dtype=bool),
        video_offset_s=0.0,
        assignment_distance_m=0.0,
        keyboard={},
        metadata={},
    )


def write(folder: Path, text: str) -> Path:
    path = folder / "fingers.csv"
    path.write_text(HEADER + text)
    return path


def test_the_share_of_notes_with_the_same_finger_and_hand(tmp_path):
    # The reference begins at 2 s and rounds: the same finger, another one of that hand, the other hand, not played.
    path = write(tmp_path, f"2.0,{C},0\n2.25,{D},1\n2.5,{E},2\n3.0,{C},0\n")
    played = demonstration((0.0, C, 0), (0.22, D, 2), (0.53, E, 7), (1.5, C, 0))
    assert agreement(played, load_fingering(path)) == {"same finger": 0.25, "same hand": 0.5}


def test_a_note_that_nobody_plays_agrees_with_nothing(tmp_path):
    path = write(tmp_path, f"0,{C},0\n0.5,{D},4\n")
    assert agreement(demonstration((0.0, C, 0), (0.5, D, -1)), load_fingering(path)) == {
        "same finger": 0.5,
        "same hand": 0.5,
    }


def test_another_piece_is_no_reference(tmp_path):
    with pytest.raises(UserError, match="another piece"):
        agreement(demonstration((0.0, C, 0)), load_fingering(write(tmp_path, f"0,{D},0\n")))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds no note"),
        ("0,88,0\n", "line 2: '0,88,0' is no note: .* key 0 to 87, finger 0 to 9"),
        (f"0,{C},0\n1,{C},10\n", "line 3"),
        ("0,39\n", "line 2"),
        ("nan,39,0\n", "line 2"),
    ],
)
def test_bad_files_are_refused(tmp_path, text, told):
    with pytest.raises(UserError, match=told):
        load_fingering(write(tmp_path, text))


def test_files_that_are_not_there_or_no_text(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        load_fingering(tmp_path / "none.csv")
    (tmp_path / "picture.csv").write_bytes(bytes(range(128, 256)))
    with pytest.raises(UserError, match="cannot be read"):
        load_fingering(tmp_path / "picture.csv")
