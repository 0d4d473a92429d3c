import gc
import hashlib
import resource
import weakref
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_perception.hand_tracking import follow
from pianomime_perception.video_file import frames, probe, sample

TUTORIAL = Path(__file__).resolve().parents[3].parent / "shared" / "tutorial"
SIZE = (64, 48)
RED, GREEN, BLUE = (200, 20, 20), (20, 200, 20), (20, 20, 200)


def picture(index: int = 0, size: tuple[int, int] = SIZE) -> np.ndarray:
    """Red upper left corner, green upper right one, noise below, which keeps the packets from being tiny."""
    width, height = size
    image = np.random.default_rng(index).integers(0, 255, (height, width, 3), dtype=np.uint8)
    image[: height // 2, : width // 2] = RED
    image[: height // 2, width // 2 :] = GREEN
    return image


def write_video(path: Path, times_s, size=SIZE, rotation_deg=0, audio=False, codec="mpeg4", options=None) -> Path:
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.bit_rate = 4_000_000
        stream.gop_size = 5
        stream.codec_context.time_base = Fraction(1, 1000)
        if rotation_deg:
            stream.set_display_rotation(rotation_deg)
        sound = container.add_stream("aac", rate=44100) if audio else None
        for index, time_s in enumerate(times_s):
            frame = av.VideoFrame.from_ndarray(picture(index, size), format="rgb24")
            frame.pts, frame.time_base = round(time_s * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if sound:
            silence = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
            silence.sample_rate, silence.pts = 44100, 0
            container.mux(sound.encode(silence))
            container.mux(sound.encode())
    return path


def near(pixel, color) -> bool:
    return bool(np.all(np.abs(pixel.astype(int) - color) < 60))


STEADY = np.arange(30) / 30


def test_times_sizes_and_sound(tmp_path):
    path = write_video(tmp_path / "a.mp4", STEADY, audio=True)
    info = probe(path)
    assert (info.width, info.height, info.frames, info.rotation_deg, info.has_audio) == (64, 48, 30, 0, True)
    assert info.duration_s == pytest.approx(1.0, abs=0.05)
    assert info.claimed_duration_s == pytest.approx(1.0, abs=0.05)
    assert info.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    read = list(frames(path))
    np.testing.assert_allclose([frame.time_s for frame in read], STEADY, atol=1e-3)
    assert {(frame.image.shape, frame.image.dtype.name) for frame in read} == {((48, 64, 3), "uint8")}
    assert near(read[5].image[5, 5], RED)
    assert near(read[5].image[5, -5], GREEN)


def test_no_sound_is_told(tmp_path):
    assert not probe(write_video(tmp_path / "a.mp4", STEADY)).has_audio


def test_variable_frame_rate_keeps_its_times(tmp_path):
    times = np.array([0, 0.033, 0.2, 0.21, 0.5, 1.4, 1.433])
    path = write_video(tmp_path / "a.mp4", times)
    np.testing.assert_allclose([frame.time_s for frame in frames(path)], times, atol=1e-3)
    assert probe(path).frames == len(times)


# FFmpeg's display rotation is how far the shown picture is turned to the left.
@pytest.mark.parametrize(
    ("left_deg", "rotation_deg", "red_corner", "green_corner"),
    [(-90, 90, (5, -5), (-5, -5)), (90, 270, (-5, 5), (5, 5)), (180, 180, (-5, -5), (-5, 5))],
)
def test_rotation_metadata_is_applied(tmp_path, left_deg, rotation_deg, red_corner, green_corner):
    path = write_video(tmp_path / "a.mp4", STEADY[:3], rotation_deg=left_deg)
    info = probe(path)
    image = next(frames(path)).image
    assert info.rotation_deg == rotation_deg
    assert image.shape == (info.height, info.width, 3)
    assert (info.width, info.height) == (SIZE if rotation_deg == 180 else SIZE[::-1])
    assert near(image[red_corner], RED)
    assert near(image[green_corner], GREEN)


def test_one_picture(tmp_path):
    path = write_video(tmp_path / "a.mp4", [0.0])
    assert probe(path).frames == 1
    assert len(list(frames(path))) == 1
    assert len(list(sample(path, 10))) == 1


def test_large_pictures_are_scaled_down(tmp_path):
    path = write_video(tmp_path / "a.mp4", [0.0, 0.1], size=(3840, 2160))
    assert (probe(path).width, probe(path).height) == (3840, 2160)
    image = next(frames(path)).image
    assert image.shape == (720, 1280, 3)
    assert near(image[100, 100], RED)
    assert next(frames(path, max_width_px=320)).image.shape == (180, 320, 3)


def test_pictures_are_not_kept(tmp_path):
    path = write_video(tmp_path / "a.mp4", STEADY)
    alive = []
    for frame in frames(path):
        alive.append(weakref.ref(frame))
        del frame
    gc.collect()
    assert len(alive) == len(STEADY)
    assert not any(reference() for reference in alive)


class Blind:
    """A tracker that finds no hand, and notes how much memory the process holds [MB]."""

    def __init__(self) -> None:
        self.resident_mb: list[float] = []

    def track(self, image: np.ndarray) -> list:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.resident_mb.append(pages * resource.getpagesize() / 2**20)
        return []


@pytest.mark.slow
def test_ten_minutes_take_no_more_memory_than_one(tmp_path):
    path, fps, size = tmp_path / "long.mp4", 5, (640, 360)
    still = av.VideoFrame.from_ndarray(picture(0, size), format="rgb24").reformat(format="yuv420p")
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for index in range(600 * fps):
            still.pts, still.time_base = index, Fraction(1, fps)
            container.mux(stream.encode(still))
        container.mux(stream.encode())
    blind = Blind()
    seen = follow(frames(path), blind)
    assert seen.time_s[-1] == pytest.approx(600 - 1 / fps)
    # Kept, the pictures of nine minutes would be 1.8 GB.
    assert blind.resident_mb[-1] - blind.resident_mb[60 * fps] < 50


def test_samples_are_spread_over_the_video(tmp_path):
    path = write_video(tmp_path / "a.mp4", np.arange(90) / 30)
    times = [frame.time_s for frame in sample(path, 6)]
    np.testing.assert_allclose(times, [0.25, 0.75, 1.25, 1.75, 2.25, 2.75], atol=0.05)


@pytest.mark.parametrize("content", [b"", b"This is a text, not a video.\n" * 100, bytes(1000)])
def test_what_is_no_video(tmp_path, content):
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    for read in (probe, lambda path: list(frames(path)), lambda path: list(sample(path, 5))):
        with pytest.raises(UserError, match="is not a video, or is damaged"):
            read(path)


def test_a_missing_file_and_an_address(tmp_path):
    for path in (tmp_path / "no.mp4", tmp_path, "http://localhost/a.mp4"):
        with pytest.raises(UserError, match="does not exist"):
            probe(path)


def test_sound_alone(tmp_path):
    path = tmp_path / "a.m4a"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100)
        silence = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
        silence.sample_rate, silence.pts = 44100, 0
        container.mux(stream.encode(silence))
        container.mux(stream.encode())
    with pytest.raises(UserError, match="holds no pictures"):
        probe(path)


def test_cut_off_before_its_index(tmp_path):
    path = write_video(tmp_path / "a.mp4", STEADY)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UserError, match="is not a video, or is damaged"):
        probe(path)


def test_cut_off_with_its_index_at_the_front(tmp_path):
    path = write_video(tmp_path / "a.mp4", STEADY, options={"movflags": "faststart"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UserError, match=r"ends after 0\.\d s of the 1\.0 s it claims"):
        probe(path)


def test_damaged_in_the_middle(tmp_path):
    path = write_video(tmp_path / "a.mp4", np.arange(90) / 30)
    content = bytearray(path.read_bytes())
    third = len(content) // 3
    content[third : 2 * third] = bytes(third)
    path.write_bytes(content)
    probe(path)  # the index is whole
    read = []
    with pytest.raises(UserError, match=r"is damaged: \d+ of its 90 pictures"):
        read.extend(frames(path))
    assert 40 < len(read) < 70


@pytest.mark.skipif(not TUTORIAL.is_dir(), reason="needs ../shared/tutorial")
def test_the_tutorial_clip_claims_more_pictures_than_it_shows():
    info = probe(TUTORIAL / "Stan_1.mp4")
    assert info.frames == 1917  # its header says 2005
    assert info.duration_s == pytest.approx(31.95, abs=0.05)
    assert not info.has_audio
