"""Small video files of given pictures."""

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np


def write_video(path: Path, pictures: Sequence[np.ndarray]) -> None:
    """Write RGB pictures (height, width, 3) of one size, 10 a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.height, stream.width, _ = pictures[0].shape
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
