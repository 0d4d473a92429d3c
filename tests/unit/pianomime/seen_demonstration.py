"""A demonstration of two notes, and a matching video: grey, one pixel per 1.25 mm."""

from pathlib import Path

import av
import numpy as np

from pianomime_core.demonstration import Demonstration
from pianomime_core.keyboard import KEYBOARD

WIDTH, HEIGHT, PIXELS_PER_M = 1000, 200, 800.0
OFFSET_S = 0.2
"""Time of the video at which the first note begins."""
C_KEY, E_KEY = 39, 43


def pixel_of(x_m: float, y_m: float) -> tuple[int, int]:
    """Row and column of a world point."""
    return round(PIXELS_PER_M * x_m + 100), round(PIXELS_PER_M * y_m + 500)


def demonstration() -> Demonstration:
    """0.4 s: right thumb on the C, then nobody on the E; the right hand is over the C, the left one is never seen."""
    rows = 8
    points = np.full((rows, 2, 6, 3), np.nan, dtype=np.float32)
    points[:, 0] = 0.0
    points[:, 0, :, 1] = KEYBOARD.center_y_m[C_KEY] + np.array([0.04, 0, 0.02, 0.04, 0.06, 0.08])
    points[:, 0, 0, 0] = 0.1
    valid = np.zeros((rows, 2), dtype=bool)
    valid[:, 0] = True
    return Demonstration(
        time_s=np.arange(rows) * 0.05,
        points_m=points,
        valid=valid,
        confidence=valid.astype(np.float32),
        onset_s=np.array([0.0, 0.2]),
        offset_s=np.array([0.2, 0.38]),
        pitch=np.array([C_KEY, E_KEY]) + 21,
        velocity=np.array([64, 64]),
        finger=np.array([0, -1]),
        pedal_s=np.zeros(0),
        pedal_down=np.zeros(0, dtype=bool),
        video_offset_s=OFFSET_S,
        assignment_distance_m=0.0042,
        keyboard={
            "homography": np.array([[0, 1 / PIXELS_PER_M, -0.125], [1 / PIXELS_PER_M, 0, -0.625], [0, 0, 1]]),
            "key_edges_m": np.zeros((0, 2)),
            "residual_m": np.float64(0).reshape(()),
            "image_size": np.array([WIDTH, HEIGHT]),
        },
        metadata={"title": "two notes"},
    )


def write_video(path: Path, frames_per_s: int = 60, seconds: float = 0.6) -> None:
    """Grey pictures."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=frames_per_s, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for _ in range(round(seconds * frames_per_s)):
            picture = av.VideoFrame.from_ndarray(np.full((HEIGHT, WIDTH, 3), 128, dtype=np.uint8), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
