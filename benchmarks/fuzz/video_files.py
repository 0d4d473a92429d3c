"""Videos with damaged bytes, in common containers."""

import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from benchmarks.fuzz.attempts import Attempt, Report, report
from benchmarks.fuzz.mutation import mutated
from pianomime_perception.audio import read_audio
from pianomime_perception.video_file import frames, probe, sample

_CONTAINERS = {"mp4": "mpeg4", "mkv": "mpeg4", "webm": "libvpx", "avi": "mjpeg", "ts": "mpeg2video"}
_RATE_HZ = 16_000


def run(count: int, seed: int) -> Report:
    """Try `count` videos: probing, all frames, some frames, and the sound."""
    with tempfile.TemporaryDirectory(prefix="pianomime-fuzz-") as folder:
        return report(_attempts(count, seed, Path(folder)), count, "video")


def _attempts(count: int, seed: int, folder: Path) -> Iterator[Attempt]:
    random, goods = np.random.default_rng(seed), {}
    for suffix, codec in _CONTAINERS.items():
        path = folder / f"good.{suffix}"
        write_video(path, codec)
        goods[suffix] = path.read_bytes()
    for number in range(count):
        suffix = tuple(goods)[number % len(goods)]
        data, path = mutated(goods[suffix], random), folder / f"video.{suffix}"

        def work(path: Path = path, data: bytes = data, part: int = number // len(goods) % 4) -> None:
            path.write_bytes(data)
            if part == 0:
                probe(path)
            elif part == 1:
                for _ in frames(path):
                    pass
            elif part == 2:
                for _ in sample(path, 3):
                    pass
            else:
                read_audio(path, _RATE_HZ)

        yield Attempt(f"{number} ({suffix})", work)


def write_video(path: Path, codec: str, pictures: int = 8) -> None:
    """Write a small video with sound, 10 frames per second."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=25, options={"cpu-used": "8"} if codec == "libvpx" else {})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p" if codec == "mjpeg" else "yuv420p"
        sound: Any = container.add_stream("libopus" if path.suffix == ".webm" else "aac", rate=48_000, layout="stereo")
        for index in range(pictures):
            image = np.random.default_rng(index).integers(0, 255, (48, 64, 3), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        size = sound.frame_size or 1024
        for index in range(10):
            noise = np.random.default_rng(index).uniform(-0.1, 0.1, (2, size)).astype(np.float32)
            heard = av.AudioFrame.from_ndarray(noise, format="fltp", layout="stereo")
            heard.sample_rate, heard.pts, heard.time_base = 48_000, index * size, Fraction(1, 48_000)
            container.mux(sound.encode(heard))
        container.mux(sound.encode())
