"""Packed clips: the meaning of the codes, and reading back what was written."""

from pathlib import Path

import numpy as np
import pytest
from training.packed_clip import PackedClip, quantise, restore

from pianomime_core.errors import UserError

RANGE = np.array([[-1.0, 1.0], [0.0, 0.5]])


def test_codes_of_known_targets() -> None:
    targets = np.array([[-1.0, 0.0], [1.0, 0.5], [0.0, 0.25], [-7.0, 7.0]], np.float32)
    # The middle lies between 32767 and 32768: rint takes the even one. Outside is clamped, as the simulator does.
    assert quantise(targets, RANGE).tolist() == [[0, 0], [65535, 65535], [32768, 32768], [0, 65535]]
    ends = restore(np.array([[0, 0], [65535, 65535]], np.uint16), RANGE)
    np.testing.assert_array_equal(ends, np.array([[-1, 0], [1, 0.5]], np.float32))


def test_targets_come_back_to_half_a_code() -> None:
    targets = np.random.default_rng(0).uniform(RANGE[:, 0], RANGE[:, 1], (500, 2)).astype(np.float32)
    codes = quantise(targets, RANGE)
    error = np.abs(restore(codes, RANGE).astype(float) - targets)
    assert np.all(error <= np.array([2.0, 0.5]) / 65535 / 2 + 1e-7)
    np.testing.assert_array_equal(quantise(restore(codes, RANGE), RANGE), codes)


def test_a_file_gives_back_what_was_put_in(tmp_path: Path) -> None:
    codes = np.random.default_rng(0).integers(0, 65536, (70, 46)).astype(np.uint16)
    codes[0], codes[1] = 0, 65535  # the largest changes, up and down
    codes[2] = 0
    start = np.linspace(-1, 1, 54, dtype=np.float32)
    PackedClip(codes, start, {"scores": {"f1": 0.5}}).save(tmp_path / "001.npz")
    clip = PackedClip.load(tmp_path / "001.npz")
    np.testing.assert_array_equal(clip.codes, codes)
    assert clip.codes.dtype == np.uint16
    np.testing.assert_array_equal(clip.initial_joint_positions, start)
    assert clip.metadata == {"scores": {"f1": 0.5}}
    clip.save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "001.npz").read_bytes()


def test_slow_motion_is_small(tmp_path: Path) -> None:
    """A thirty-second clip of joints that swing once a second stays under a third of its raw bytes."""
    swing = np.sin(np.linspace(0, 60 * np.pi, 600)[:, None] + np.arange(46))
    codes = quantise(swing.astype(np.float32), np.tile([-10.0, 10.0], (46, 1)))
    PackedClip(codes, np.zeros(54, np.float32), {}).save(tmp_path / "001.npz")
    assert (tmp_path / "001.npz").stat().st_size < 600 * 46 * 2 / 3


def test_what_is_no_packed_clip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "001.npz").write_text("la la la")
    with pytest.raises(UserError, match=r"001\.npz"):
        PackedClip.load(tmp_path / "001.npz")
    with pytest.raises(UserError, match=r"002\.npz"):
        PackedClip.load(tmp_path / "002.npz")
