"""MediaPipe in a tracker: the detections kept of a video, and frames without hands."""

from types import SimpleNamespace

import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_perception.hand_tracking import NO_HAND, Hand, HandTracker, follow
from pianomime_perception.video_file import Frame


class Scripted:
    """Sees nothing in the first picture, a left hand in the second, three hands in all others."""

    def __init__(self) -> None:
        self.pictures = 0

    def track(self, image: np.ndarray) -> list[Hand]:
        hands = [Hand(np.full((6, 2), float(i)), 0.9 - 0.1 * i, side) for i, side in enumerate(("lh", "rh", "rh"))]
        self.pictures += 1
        return hands[: {1: 0, 2: 1}.get(self.pictures, 3)]


def pictures(*times_s: float):
    return [Frame(time_s, np.zeros((48, 64, 3), np.uint8)) for time_s in times_s]


def test_only_landmarks_are_kept():
    told = []
    kept = follow(
        pictures(0.0, 0.04, 0.04, 0.1), Scripted(), lambda picture, hands: told.append((picture.time_s, len(hands)))
    )
    assert kept.time_s.tolist() == [0.0, 0.04, 0.1]  # a repeated time is passed over
    assert told == [(0.0, 0), (0.04, 1), (0.04, 3), (0.1, 3)]
    assert kept.image_size == (64, 48)
    assert kept.handedness.tolist() == [[NO_HAND, NO_HAND], [1, NO_HAND], [1, 0]]
    assert kept.found.sum() == np.isfinite(kept.points_px).all(axis=(2, 3)).sum() == 3
    np.testing.assert_array_equal(kept.points_px[2, 1], 1.0)
    np.testing.assert_allclose(kept.score, [[0, 0], [0.9, 0], [0.9, 0.8]])


def test_no_picture():
    with pytest.raises(UserError, match="no frames to detect hands in"):
        follow([], Scripted())


def test_pictures_without_hands(capfd):
    pytest.importorskip("mediapipe", reason="needs mediapipe: run `make perceive`")
    noise = np.random.default_rng(0).integers(0, 255, (120, 160, 3), dtype=np.uint8)
    with HandTracker() as tracker:
        assert [tracker.track(image) for image in (noise, np.zeros_like(noise))] == [[], []]
    assert capfd.readouterr() == ("", "")


def test_labels_and_pixels_of_mediapipe(monkeypatch):
    """A hand that MediaPipe, which expects mirrors, calls left is a right one; its places are shares of the picture."""
    mediapipe = pytest.importorskip("mediapipe", reason="needs mediapipe: run `make perceive`")
    landmarks = [SimpleNamespace(x=i / 20, y=1 - i / 20) for i in range(21)]
    labels = SimpleNamespace(classification=[SimpleNamespace(label="Left", score=0.75)])
    found = SimpleNamespace(multi_hand_landmarks=[SimpleNamespace(landmark=landmarks)], multi_handedness=[labels])
    model = SimpleNamespace(process=lambda image: found, close=lambda: None)
    monkeypatch.setattr(mediapipe.solutions.hands, "Hands", lambda **options: model)
    with HandTracker() as tracker:
        (hand,) = tracker.track(np.zeros((100, 200, 3), np.uint8))
    assert (hand.side, hand.score) == ("rh", 0.75)
    tips = np.array([0, 4, 8, 12, 16, 20]) / 20
    np.testing.assert_allclose(hand.points_px, np.column_stack([200 * tips - 0.5, 100 * (1 - tips) - 0.5]))
