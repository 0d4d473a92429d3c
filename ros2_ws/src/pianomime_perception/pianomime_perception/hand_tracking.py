"""Hands in pictures: wrists and fingertips in pixels, by the hand models inside MediaPipe's wheel.

Prepared as PianoMime does, with the contrast of the luma equalised (CLAHE 2.0, 8 x 8), but at the rate of the video,
for the tracker looks for a hand where it was last, and with fractions of pixels.
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
from pianomime_perception.video import Frame

Points = NDArray[np.float64]

MAX_HANDS = len(SIDES)
NO_HAND = -1
"""The look of a hand that was not found."""
_LANDMARKS = (0, 4, 8, 12, 16, 20)
"""MediaPipe's wrist and fingertips, thumb to little finger."""
# MediaPipe expects a mirror's picture; seen by a camera, hands look like those of the other side.
_SIDE_OF_LABEL = {"Left": "rh", "Right": "lh"}


@dataclass(frozen=True)
class TrackingConfig:
    """How hands are looked for.

    Attributes:
        min_score: Of a palm to be looked at closer, and of a hand to be followed into the next picture.
        full_model: The larger of MediaPipe's two models; the smaller one errs three times as much.
        contrast_limit, contrast_tiles: Of CLAHE.
    """

    min_score: float = 0.5
    full_model: bool = True
    contrast_limit: float = 2.0
    contrast_tiles: int = 8


@dataclass(frozen=True, eq=False)
class Hand:
    """A hand in a picture.

    Attributes:
        points_px: (6, 2) where POINTS are (u, v), pixel centres are whole numbers; may lie outside the picture.
        score: 0..1, how sure `side` is.
        side: "rh" or "lh" by its looks, in a picture that is not mirrored.
    """

    points_px: Points
    score: float
    side: str


class HandTracker:
    """Follows up to two hands through the pictures of one video. Close it, or use it as a context.

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
            self._process(np.zeros((64, 64, 3), np.uint8))  # the models say something at first use

    def track(self, image: NDArray[np.uint8]) -> list[Hand]:
        """Return the hands in the next picture (H, W, 3) uint8 RGB."""
        luma = self._cv2.cvtColor(image, self._cv2.COLOR_RGB2YCrCb)
        luma[..., 0] = self._equalise.apply(luma[..., 0])
        found = self._process(self._cv2.cvtColor(luma, self._cv2.COLOR_YCrCb2RGB))
        size_px = np.array(image.shape[1::-1])
        hands = []
        for landmarks, looks in zip(found.multi_hand_landmarks or (), found.multi_handedness or (), strict=True):
            shares = np.array([(landmarks.landmark[i].x, landmarks.landmark[i].y) for i in _LANDMARKS])
            best = looks.classification[0]
            # MediaPipe measures from the picture's corner, half a pixel before the first centre.
            hands.append(Hand(shares * size_px - 0.5, float(best.score), _SIDE_OF_LABEL[best.label]))
        return hands

    def close(self) -> None:
        """Let go of the models."""
        self._hands.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _process(self, image: NDArray[np.uint8]) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # protobuf's, about MediaPipe's use of it
            return self._hands.process(image)


@dataclass(frozen=True, eq=False)
class Sightings:
    """What a tracker found in a video: all that is kept of its pictures.

    Attributes:
        time_s: (F,) of each picture, rising.
        points_px: (F, 2, 6, 2), up to two hands in no order, NaN where none was found; as `Hand`.
        score: (F, 2), 0 where none was found.
        look: (F, 2) index into SIDES, `NO_HAND` where none was found.
        image_size: (width, height) [px] of the pictures.
    """

    time_s: Points
    points_px: Points
    score: Points
    look: NDArray[np.int64]
    image_size: tuple[int, int]

    @property
    def found(self) -> NDArray[np.bool_]:
        """(F, 2), where a hand is."""
        return self.look != NO_HAND


def follow(
    pictures: Iterable[Frame],
    tracker: HandTracker,
    seen: Callable[[Frame, Sequence[Hand]], None] = lambda picture, hands: None,
) -> Sightings:
    """Track hands through pictures, one after the other; `seen` is called after each.

    Raises:
        UserError: There is no picture.
    """
    times: list[float] = []
    # One growing buffer: small arrays kept between those of the pictures would keep the memory of these from being
    # given back, a megabyte a picture.
    numbers = array("d")
    image_size = (0, 0)
    for picture in pictures:
        hands = tracker.track(picture.image)
        seen(picture, hands)
        if times and picture.time_s <= times[-1]:
            continue  # a file may repeat a time
        times.append(picture.time_s)
        numbers.extend(_row(hands).ravel().tolist())
        image_size = (picture.image.shape[1], picture.image.shape[0])
    if not times:
        raise UserError("no picture to look for hands in: the video is empty")
    rows = np.array(numbers).reshape(len(times), MAX_HANDS, -1)
    points = rows[..., 2:].reshape(len(times), MAX_HANDS, len(POINTS), 2)
    return Sightings(np.array(times), points, rows[..., 0], rows[..., 1].astype(np.int64), image_size)


def _row(hands: Sequence[Hand]) -> Points:
    """(2, 14): score, look and points of every hand, or of none."""
    row = np.full((MAX_HANDS, 2 + 2 * len(POINTS)), np.nan)
    row[:, :2] = 0.0, NO_HAND
    for slot, hand in enumerate(hands[:MAX_HANDS]):
        row[slot] = hand.score, SIDES.index(hand.side), *hand.points_px.ravel()
    return row
