"""Demonstrations survive their file; invalid files are refused in one line."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pianomime_core.demonstration import Demonstration
from pianomime_core.errors import UserError
from pianomime_core.notes import Note
from pianomime_core.piano_roll import piano_roll


def demonstration() -> Demonstration:
    """Two notes, 0.23 s: five rows. The left hand is not seen in rows 1 and 2."""
    points = np.arange(5 * 2 * 6 * 3, dtype=np.float32).reshape(5, 2, 6, 3) / 1000
    valid = np.ones((5, 2), dtype=bool)
    valid[1:3, 1] = False
    points[~valid] = np.nan
    return Demonstration(
        time_s=np.arange(5) * 0.05,
        points_m=points,
        valid=valid,
        confidence=np.where(valid, 0.9, 0).astype(np.float32),
        onset_s=np.array([0.0, 0.1]),
        offset_s=np.array([0.2, 0.23]),
        pitch=np.array([60, 64]),
        velocity=np.array([64, 100]),
        finger=np.array([0, -1]),
        pedal_s=np.array([0.1]),
        pedal_down=np.array([True]),
        video_offset_s=1.25,
        assignment_distance_m=0.004,
        keyboard={"homography": np.eye(3)},
        metadata={"title": "two notes"},
    )


def test_reads_back_what_was_written(tmp_path: Path) -> None:
    written = demonstration()
    written.save(tmp_path / "without suffix")
    read = Demonstration.load(tmp_path / "without suffix")
    for name, array in vars(written).items():
        if isinstance(array, np.ndarray):
            np.testing.assert_array_equal(getattr(read, name), array)
            assert getattr(read, name).dtype == array.dtype
    assert (read.video_offset_s, read.assignment_distance_m, read.metadata) == (1.25, 0.004, {"title": "two notes"})
    np.testing.assert_array_equal(read.keyboard["homography"], np.eye(3))


def test_the_score_has_the_rows_of_the_demonstration() -> None:
    score = demonstration().score()
    assert score.notes == (Note(60, 0.0, 0.2, 64), Note(64, 0.1, 0.23, 100))
    assert (score.sustain, score.title) == (((0.1, True),), "two notes")
    assert len(piano_roll(score)) == 5


NOTES = ("onset_s", "offset_s", "pitch", "velocity", "finger")
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "rows": ({"time_s": lambda a: a + 0.05}, "5 rows: must be the 5 of its notes' piano roll, one every 0.05 s from 0"),
    "music longer": ({"offset_s": lambda a: a + 1}, "5 rows: must be the 25"),
    "points type": ({"points_m": lambda a: a.astype(np.float64)}, r"must be \(5, 2, 6, 3\) and float32"),
    "points shape": ({"points_m": lambda a: a[1:]}, r"shape \(4, 2, 6, 3\) .* must be \(5, 2, 6, 3\)"),
    "one hand": ({"valid": lambda a: a[:, :1]}, r"valid of shape \(5, 1\)"),
    "not valid but known": ({"points_m": lambda a: np.nan_to_num(a)}, "points_m finite exactly where valid"),
    "valid but not known": ({"valid": lambda a: a | True}, "points_m finite exactly where valid"),
    "confidence": ({"confidence": lambda a: a * np.float32(np.nan)}, "confidence 0 to 1"),
    "finger": ({"finger": lambda a: a + 10}, "finger -1 to 9"),
    "pitch": ({"pitch": lambda a: a + 60}, "pitch 21 to 108"),
    "velocity": ({"velocity": lambda a: a * 0}, "velocity 1 to 127"),
    "late": ({"onset_s": lambda a: a + 0.05}, "onset_s of the first note 0"),
    "no notes": ({name: lambda a: a[:0] for name in NOTES}, "note 0"),
    "order": ({"onset_s": lambda a: a * 0, "pitch": lambda a: a[::-1]}, "in order of onset and pitch"),
    "no length": ({"offset_s": lambda a: a - 0.2}, "offset_s after onset_s"),
    "too long": ({"offset_s": lambda a: a + 1e15}, r"offset_s up to 1800 \(30 minutes\)"),
    "too many": ({name: lambda a: np.repeat(a, 100_000) for name in NOTES}, "up to 100000 notes"),
    "title": ({"metadata": lambda a: '{"title": 3}'}, "title is 3, must be a text"),
    "one note more": ({"pitch": lambda a: np.append(a, 60)}, r"pitch of shape \(3,\) .* must be \(2,\)"),
    "pedal": ({"pedal_s": lambda a: a * np.nan}, "pedal_s finite"),
    "offset": ({"video_offset_s": lambda a: a * np.inf}, "video_offset_s a finite number"),
    "offset text": ({"video_offset_s": lambda a: "late"}, "must be one float"),
    "metadata": ({"metadata": lambda a: "[]"}, "JSON object"),
    "missing": ({"finger": None, "valid": None}, "lacks valid, finger"),
    "version": ({"format_version": lambda a: a + 1}, "no demonstration of version 1: it has 2"),
    "another file": ({"format_version": None}, "no demonstration of version 1: it has None"),
    "pickle": ({"metadata": lambda a: np.array({"a": 1}, dtype=object)}, "is not a demonstration"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arrays_are_refused_in_one_line(name: str, tmp_path: Path) -> None:
    changes, message = BAD[name]
    path = tmp_path / "demo.npz"
    demonstration().save(path)
    with np.load(path) as archive:
        arrays = dict(archive)
    for key, change in changes.items():
        if change is None:
            del arrays[key]
        else:
            arrays[key] = change(arrays[key])
    np.savez(path, **arrays)
    with pytest.raises(UserError, match=message) as error:
        Demonstration.load(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_row_is_cut_by_nobody() -> None:
    whole = demonstration()
    rows = ("time_s", "points_m", "valid", "confidence")
    with pytest.raises(UserError, match="must be the 5"):
        replace(whole, **{name: getattr(whole, name)[:3] for name in rows})
