"""Only one file of a known format is opened as video or sound, and nothing that it refers to."""

from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from benchmarks.fuzz.video_files import write_video
from PIL import Image

from pianomime_core.errors import UserError
from pianomime_perception.audio import read_audio
from pianomime_perception.media import VIDEO_FORMATS, open_media
from pianomime_perception.video_file import VideoInfo, frames, probe, sample


def read_in_every_way(path: Path) -> set[str]:
    """Refusals of all that read pictures, without the words in brackets."""
    told = set()
    for read in (probe, lambda path: list(frames(path)), lambda path: list(sample(path, 3))):
        with pytest.raises(UserError) as error:
            read(path)
        assert str(path) in str(error.value)
        told.add(str(error.value))
    return told


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{there}\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n",
        "ffconcat version 1.0\nfile '{there}'\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=a\nt=0 0\nm=video 5004 RTP/AVP 96\n",
    ],
)
@pytest.mark.parametrize("suffix", ["m3u8", "mp4", "ts"])
def test_a_list_of_files_is_no_video(text: str, suffix: str, tmp_path: Path) -> None:
    there = tmp_path / "there.ts"
    write_video(there, "mpeg2video")
    path = tmp_path / f"list.{suffix}"
    path.write_text(text.format(there=there))
    assert all("is not a video" in told for told in read_in_every_way(path))
    with pytest.raises(UserError, match="is neither audio nor video"):
        read_audio(path, 16_000)


def test_a_picture_is_no_video(tmp_path: Path) -> None:
    for suffix in ("jpg", "png", "gif"):
        path = tmp_path / f"one.{suffix}"
        Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(path)
        assert all("is not a video" in told for told in read_in_every_way(path))


def test_pictures_that_are_too_large_are_not_decoded(tmp_path: Path) -> None:
    path = tmp_path / "large.avi"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = 8200, 4400, "yuvj420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((6600, 8200), np.uint8), format="yuvj420p")
        frame.pts, frame.time_base = 0, Fraction(1, 10)
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    assert all("35 million" in told for told in read_in_every_way(path))


@pytest.mark.parametrize("late_s", [1801, 10**6, 2 * 10**9])
def test_a_picture_after_half_an_hour_is_refused(late_s: int, tmp_path: Path) -> None:
    good, path = tmp_path / "good.mkv", tmp_path / "late.mkv"
    write_video(good, "mjpeg")
    with av.open(str(good)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        packets = [packet for packet in source.demux(source.streams.video[0]) if packet.size]
        packets[-1].pts = packets[-1].dts = round(late_s / packets[-1].time_base)
        for packet in packets:
            packet.stream = stream
            target.mux(packet)
    for read in (probe, lambda path: list(frames(path))):
        with pytest.raises(
            UserError, match=r"late\.mkv' has a picture at .* s: from 0 to 1800 s \(30 minutes\) are read"
        ):
            read(path)


def test_a_cut_matroska_file_is_one_line(tmp_path: Path) -> None:
    whole, path = tmp_path / "whole.mkv", tmp_path / "cut.mkv"
    write_video(whole, "mpeg4", pictures=40)
    data = whole.read_bytes()
    for share in (0.1, 0.3, 0.5, 0.7, 0.9):
        path.write_bytes(data[: round(share * len(data))])
        for read in (probe, lambda path: list(frames(path)), lambda path: list(sample(path, 3))):
            with suppress(UserError):  # anything else fails
                read(path)


def test_what_a_file_says_of_itself_need_not_be_text(tmp_path: Path) -> None:
    path = tmp_path / "named.mkv"
    write_video(path, "mjpeg")
    with av.open(str(path)) as source, av.open(str(tmp_path / "a.mkv"), "w") as target:
        target.metadata["title"] = "abcdefgh"
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    data = (tmp_path / "a.mkv").read_bytes()
    assert b"abcdefgh" in data
    path.write_bytes(data.replace(b"abcdefgh", b"abc\xff\xfe\xe9gh"))
    assert isinstance(probe(path), VideoInfo)
    assert len(list(frames(path))) == 8


def test_people_s_containers_are_read(tmp_path: Path) -> None:
    for suffix, codec in (("mp4", "mpeg4"), ("mov", "mjpeg"), ("mkv", "mpeg4"), ("avi", "mjpeg"), ("ts", "mpeg2video")):
        path = tmp_path / f"video.{suffix}"
        write_video(path, codec)
        with open_media(path, "is not a video", VIDEO_FORMATS) as container:
            assert len(container.streams.video) == 1
        assert probe(path).frames == 8
        assert len(read_audio(path, 16_000)) > 2000
