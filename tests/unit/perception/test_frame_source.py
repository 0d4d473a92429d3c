"""Frames of files and cameras in time; the cameras are fakes."""

import numpy as np
import pytest
from small_videos import write_video

from pianomime_core.errors import UserError
from pianomime_perception import frame_source
from pianomime_perception.frame_source import check_source, timed_frames


class Clock:
    """Time goes on by sleeping alone."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now_s += seconds


@pytest.fixture
def clip(tmp_path):
    """Five grey pictures at 10 a second, each brighter than the one before."""
    path = tmp_path / "clip.mp4"
    write_video(path, [np.full((32, 64, 3), 40 * k, np.uint8) for k in range(5)])
    return path


def test_a_file_keeps_its_own_pace(clip):
    clock = Clock()
    seen = [(picture, clock()) for picture in timed_frames(str(clip), clock, clock.sleep)]
    assert [picture.taken_s for picture, _ in seen] == pytest.approx([100.0, 100.1, 100.2, 100.3, 100.4])
    assert [now_s for _, now_s in seen] == pytest.approx([100.0, 100.1, 100.2, 100.3, 100.4])
    assert [round(picture.image.mean() / 40) for picture, _ in seen] == [0, 1, 2, 3, 4]
    assert seen[0][0].image.shape == (32, 64, 3)


def test_who_is_late_is_not_made_later(clip):
    clock = Clock()
    taken, seen = [], []
    for picture in timed_frames(str(clip), clock, clock.sleep):
        taken.append(picture.taken_s)
        seen.append(clock())
        clock.now_s += 0.15 if len(seen) < 3 else 0.0
    assert taken == pytest.approx([100.0, 100.1, 100.2, 100.3, 100.4])
    assert seen == pytest.approx([100.0, 100.15, 100.3, 100.3, 100.4])


class Camera:
    """Stands in for cv2.VideoCapture: gives two pictures, then none."""

    def __init__(self, device) -> None:
        self.device, self.left, self.released = device, 2, False
        CAMERAS.append(self)

    def isOpened(self) -> bool:  # noqa: N802
        return self.device != 9

    def set(self, *_: object) -> None:
        pass

    def read(self):
        self.left -= 1
        return self.left >= 0, np.full((2, 2, 3), (1, 2, 3), np.uint8)

    def release(self) -> None:
        self.released = True


CAMERAS: list[Camera] = []


@pytest.fixture
def camera(monkeypatch):
    CAMERAS.clear()
    monkeypatch.setattr(frame_source.os.path, "exists", lambda path: True)
    monkeypatch.setattr(frame_source.cv2, "VideoCapture", Camera)


def test_a_camera_gives_pictures_until_it_is_unplugged(camera):
    clock = Clock()

    def later() -> float:
        clock.now_s += 0.5
        return clock.now_s

    given = timed_frames("0", later)
    first, second = next(given), next(given)
    assert first.image[0, 0].tolist() == [3, 2, 1], "OpenCV's blue comes first"
    assert second.taken_s > first.taken_s
    with pytest.raises(UserError, match="camera 0 delivers no frames"):
        next(given)
    assert CAMERAS[0].released
    assert CAMERAS[0].device == 0


def test_a_camera_in_use_is_refused(camera):
    with pytest.raises(UserError, match="camera 9 cannot be opened"):
        next(timed_frames("9"))
    assert CAMERAS[0].released


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("77", "no camera 77: there is "),
        ("/dev/video77", "no camera /dev/video77"),
        ("gone.mp4", "video 'gone.mp4' does not exist"),
        (".", r"video '\.' does not exist"),
    ],
)
def test_what_is_not_there_is_refused(source, words):
    with pytest.raises(UserError, match=words):
        check_source(source)
    with pytest.raises(UserError, match=words):
        next(timed_frames(source))


def test_what_is_no_video_is_refused(tmp_path):
    text = tmp_path / "text.mp4"
    text.write_text("no video")
    with pytest.raises(UserError, match="is not a video"):
        next(timed_frames(str(text)))
