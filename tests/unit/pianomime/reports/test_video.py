"""What a video shows at a moment."""

from pathlib import Path

import numpy as np
import pytest

from pianomime.episodes.replayed_rollout import replay_rollout
from pianomime.reports.video import snapshot
from pianomime.reports.video_caption import Caption
from pianomime.reports.video_sizes import SIZES


def test_a_moment_is_judged_by_the_end_of_its_step(recorded: Path) -> None:
    replayed = replay_rollout(recorded, poses_per_s=200)
    rollout = replayed.rollout
    for pose, step, progress in ((0, 0, 0.0), (5, 0, 0.5), (10, 0, 1.0), (11, 1, 0.1), (230, 22, 1.0)):
        seen, elapsed = snapshot(replayed, replayed.poses[pose])
        assert elapsed == pytest.approx(progress)
        np.testing.assert_array_equal(seen.wanted, rollout.goal[step])
        np.testing.assert_array_equal(seen.pressed, rollout.pressed[step])
        np.testing.assert_array_equal(seen.coming, rollout.goal[step + 1 : step + 41])
        assert seen.time_s == pytest.approx(pose * 0.005)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES.values())
def test_the_caption_leaves_the_picture_alone_but_for_its_line(recorded: Path, size: tuple[int, int]) -> None:
    width, height = size
    picture = np.full((height, width, 3), 20, dtype=np.uint8)
    captioned = Caption(replay_rollout(recorded), size).put_on(picture)
    assert (picture == 20).all()
    rows = np.flatnonzero((captioned != 20).any(axis=(1, 2)))
    assert rows.min() > 0
    assert rows.max() < height / 12
    for colour in ((0x56, 0xB4, 0xE9), (0x00, 0x72, 0xB2), (0xCC, 0x79, 0xA7), (0xD5, 0x5E, 0x00)):
        assert (captioned == colour).all(axis=2).sum() > 100


def test_a_long_title_is_cut(recorded: Path, tmp_path: Path) -> None:
    long = recorded.rename(tmp_path / f"{'la' * 80}.npz")
    black = np.zeros((480, 854, 3), dtype=np.uint8)
    captioned = Caption(replay_rollout(long), (854, 480)).put_on(black)
    # Something between title and legend is left free.
    assert (np.diff(np.flatnonzero(captioned.any(axis=(0, 2)))) > 10).any()
