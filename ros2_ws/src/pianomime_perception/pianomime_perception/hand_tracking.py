# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Detects hands in frames: wrists and fingertips in pixels, with the hand models in MediaPipe's wheel.

Preprocessing as in PianoMime, with contrast equalization of the luma (CLAHE 2.0, 8 x 8), but at the full frame rate,
because the tracker searches near the last position, and with subpixel coordinates.
"""

import warnings
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pianomime_core.demonstration import POINTS
from pianomime_core.errors import UserError
from pianomime_core.extras import needs_extra
from pianomime_core.hands import SIDES
from pianomime_core.library_noise import no_library_noise
from pianomime_perception.video_file import Frame

Points = NDArray[np.float64]

MAX_HANDS = len(SIDES)
NO_HAND = -1
"""The handedness where no hand was detected."""
_LANDMARKS = (0, 4, 8, 12, 16, 20)
"""MediaPipe's wrist and fingertips, thumb to little finger."""
# MediaPipe expects mirrored images, so for a camera its labels are swapped.
_SIDE_OF_LABEL = {"Left": "rh", "Right": "lh"}


@dataclass(frozen=True)
class TrackingConfig:
    """Settings of the tracker.

    Attributes:
        min_score: Minimum score of a palm detection, and of a hand to be tracked into the next frame.
        full_model: Use the larger of MediaPipe's two models; the errors of the smaller one are three times as large.
        contrast_limit, contrast_tiles: Parameters of CLAHE.
    """

    min_score: float = 0.5
    full_model: bool = True
    contrast_limit: float = 2.0
    contrast_tiles: int = 8


@dataclass(frozen=True, eq=False)
class Hand:
    """A hand in a frame.

    Attributes:
        points_px: (6, 2) positions (u, v) of POINTS, with pixel centres at integers; may lie outside the frame.
        score: 0..1, confidence of `side`.
        side: Handedness, "rh" or "lh", for frames that are not mirrored.
    """

    points_px: Points
    score: float
    side: str


class HandTracker:
    """Tracks up to two hands through the frames of one video. Close it, or use it as a context manager.

    Raises:
        UserError: MediaPipe is not installed.
    """

    def __init__(self, config: TrackingConfig = TrackingConfig()) -> None:
        with needs_extra("following hands", "perceive"):
            import cv2
            import mediapipe
        self._cv2 = cv2
        self._equalise = cv2.createCLAHE(config.contrast_limit, (config.contrast_tiles, config.contrast_tiles))
        with no_library_noise():
            self._hands = mediapipe.solutions.hands.Hands(
                static_image_mode=False,
                max_num_hands=MAX_HANDS,
                model_complexity=int(config.full_model),
                min_detection_confidence=config.min_score,
                min_tracking_confidence=config.min_score,
            )
            self._process(np.zeros((64, 64, 3), np.uint8))  # the models write to stderr at first use

    def track(self, image: NDArray[np.uint8]) -> list[Hand]:
        """Return the hands in the next frame (H, W, 3) uint8 RGB."""
        luma = self._cv2.cvtColor(image, self._cv2.COLOR_RGB2YCrCb)
        luma[..., 0] = self._equalise.apply(luma[..., 0])
        found = self._process(self._cv2.cvtColor(luma, self._cv2.COLOR_YCrCb2RGB))
        size_px = np.array(image.shape[1::-1])
        hands = []
        for landmarks, labels in zip(found.multi_hand_landmarks or (), found.multi_handedness or (), strict=True):
            shares = np.array([(landmarks.landmark[i].x, landmarks.landmark[i].y) for i in _LANDMARKS])
            best = labels.classification[0]
            # MediaPipe measures from the corner of the image, half a pixel before the first pixel centre.
            hands.append(Hand(shares * size_px - 0.5, float(best.score), _SIDE_OF_LABEL[best.label]))
        return hands

    def close(self) -> None:
        """Release the models."""
        self._hands.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _process(self, image: NDArray[np.uint8]) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # protobuf warns about MediaPipe's use of it
            return self._hands.process(image)


@dataclass(frozen=True, eq=False)
class HandDetections:
    """All detections in a video; nothing else of its frames is kept.

    Attributes:
        time_s: (F,) of each frame, increasing.
        points_px: (F, 2, 6, 2), up to two hands in any order, NaN where none was detected; as in `Hand`.
        score: (F, 2), 0 where none was detected.
        handedness: (F, 2) index into SIDES, `NO_HAND` where none was detected.
        image_size: (width, height) [px] of the frames.
    """

    time_s: Points
    points_px: Points
    score: Points
    handedness: NDArray[np.int64]
    image_size: tuple[int, int]

    @property
    def found(self) -> NDArray[np.bool_]:
        """(F, 2), where a hand was detected."""
        return self.handedness != NO_HAND


def follow(
    pictures: Iterable[Frame],
    tracker: HandTracker,
    seen: Callable[[Frame, Sequence[Hand]], None] = lambda picture, hands: None,
) -> HandDetections:
    """Track hands through successive frames; `seen` is called after each.

    Raises:
        UserError: There are no frames.
    """
    times: list[float] = []
    # One growing buffer: small arrays allocated between the frames would prevent their memory from being returned, a
    # megabyte per frame.
    numbers = array("d")
    image_size = (0, 0)
    for picture in pictures:
        hands = tracker.track(picture.image)
        seen(picture, hands)
        if times and picture.time_s <= times[-1]:
            continue  # a file may repeat timestamps
        times.append(picture.time_s)
        numbers.extend(_row(hands).ravel().tolist())
        image_size = (picture.image.shape[1], picture.image.shape[0])
    if not times:
        raise UserError("no frames to detect hands in: the video is empty")
    rows = np.array(numbers).reshape(len(times), MAX_HANDS, -1)
    points = rows[..., 2:].reshape(len(times), MAX_HANDS, len(POINTS), 2)
    return HandDetections(np.array(times), points, rows[..., 0], rows[..., 1].astype(np.int64), image_size)


def _row(hands: Sequence[Hand]) -> Points:
    """Return (2, 14): score, handedness and points of each hand, NaN points where there is none."""
    row = np.full((MAX_HANDS, 2 + 2 * len(POINTS)), np.nan)
    row[:, :2] = 0.0, NO_HAND
    for slot, hand in enumerate(hands[:MAX_HANDS]):
        row[slot] = hand.score, SIDES.index(hand.side), *hand.points_px.ravel()
    return row
