"""Smooth points between detections at uneven times; short and long gaps."""

import numpy as np
import pytest
from scripted_pianist import hands_m, trajectories


def parabola(time_s):
    """What a fitted parabola must return exactly: every point moves like one, each a little differently."""
    lines = np.arange(24).reshape(2, 6, 2) / 100
    return lines + time_s[:, None, None, None] * (1 + lines) - 2 * time_s[:, None, None, None] ** 2 * (1 - lines)


def test_uneven_times_and_the_ends():
    time_s = np.sort(np.random.default_rng(0).uniform(0, 1, 60))
    wanted = np.concatenate([[time_s[0]], np.arange(0.1, 0.9, 0.05), [time_s[-1]]])
    rows = trajectories(time_s, parabola(time_s)).at(wanted)
    np.testing.assert_allclose(rows.points_m, parabola(wanted), atol=1e-6)
    assert rows.valid.all()
    np.testing.assert_allclose(rows.confidence, 0.9)


@pytest.mark.parametrize(("gap_s", "bridged"), [(0.08, True), (0.1, True), (0.15, False), (1.0, False)])
def test_gaps(gap_s, bridged):
    time_s = np.arange(0, 3, 0.02)
    points = parabola(time_s)
    points[(time_s > 1.0 + 1e-9) & (time_s < 1.0 + gap_s - 1e-9), 0] = np.nan
    found = trajectories(time_s, points)
    rows = found.at(np.array([0.95, 1.0 + gap_s / 2, 1.0 + gap_s + 0.05]))
    assert rows.valid.tolist() == [[True, True], [bridged, True], [True, True]]
    np.testing.assert_allclose(
        rows.points_m[rows.valid], parabola(np.array([0.95, 1.0 + gap_s / 2, 1.05 + gap_s]))[rows.valid], atol=1e-6
    )
    assert np.isnan(rows.points_m[~rows.valid]).all()
    assert (rows.confidence[~rows.valid] == 0).all()
    assert found.gaps_bridged == bridged


@pytest.mark.parametrize("rate_hz", [8, 15, 25, 60, 240])
def test_rates_of_cameras(rate_hz):
    time_s = np.arange(0, 2, 1 / rate_hz)
    rows = trajectories(time_s, parabola(time_s)).at(np.arange(0, 1.8, 0.05))
    np.testing.assert_allclose(rows.points_m, parabola(np.arange(0, 1.8, 0.05)), atol=1e-6)


def test_noise_is_smoothed_and_told():
    rng = np.random.default_rng(0)
    time_s = np.arange(0, 5, 1 / 60)
    truth = hands_m(time_s)
    found = trajectories(time_s, truth + rng.normal(0, 0.001, truth.shape))
    error = found.at(time_s).points_m - truth
    assert np.std(error) < 0.0009
    assert 0.0004 < found.jitter_m() < 0.0012


def test_before_and_after_the_video_nothing_is_known():
    time_s = np.arange(0, 1, 1 / 60)
    rows = trajectories(time_s, hands_m(time_s)).at(np.array([-0.1, -0.01, 0.5, 1.2]))
    assert rows.valid[:, 0].tolist() == [False, True, True, False]


def test_what_is_seen_for_a_moment_is_no_hand():
    time_s = np.arange(0, 1, 1 / 60)
    points = hands_m(time_s)
    points[:, 1] = np.nan
    points[30:32, 1] = 0.1
    found = trajectories(time_s, points)
    assert not found.at(time_s).valid[:, 1].any()
    assert found.at(time_s).valid[:, 0].all()


@pytest.mark.parametrize("count", [1, 2])
def test_videos_of_a_picture_or_two(count):
    time_s = np.arange(count) / 30
    found = trajectories(time_s, hands_m(time_s))
    assert not found.at(np.array([0.0])).valid.any()
    assert found.jitter_m() == 0
