"""perception_node with synthetic frames and a tracker that detects what is drawn in them."""

import time
from types import SimpleNamespace

import av
import numpy as np
import pytest
import rclpy
from builtin_interfaces.msg import Time
from node_ports import Published, Status, deliver, subscriber
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import ReliabilityPolicy, qos_profile_sensor_data
from ros_start import start_ros
from sensor_msgs.msg import Image, PointCloud2
from visualization_msgs.msg import MarkerArray

from pianomime_core.errors import UserError
from pianomime_core.ros_fingertip_cloud import read_fingertip_cloud
from pianomime_core.ros_topics import HUMAN_FINGERTIPS, HUMAN_IMAGE, HUMAN_MARKERS, IMAGE
from pianomime_perception import ros_perception
from pianomime_perception.frame_source import TimedFrame
from pianomime_perception.keyboard_map import NO_KEY_EDGES, KeyboardMap
from pianomime_perception.ros_images import image_message
from pianomime_perception.ros_perception import PerceptionNode

PATIENCE_S = 30.0
WIDTH, HEIGHT = 130, 40
RIGHT, LEFT = (0, 200, 0), (0, 0, 200)
"""Colours that hands are painted in."""


def keyboard(size) -> KeyboardMap:
    """A centimetre a pixel, the middle of the picture at the origin."""
    width, height = size
    homography = np.array([[0, 0.01, -0.005 * height], [0.01, 0, -0.005 * width], [0, 0, 1]])
    return KeyboardMap(homography, NO_KEY_EDGES, 0.001, size)


class Painted:
    """Finds the columns in which hands are painted."""

    def __init__(self) -> None:
        self.pictures = 0
        self.work_s = 0.0

    def track(self, image):
        self.pictures += 1
        time.sleep(self.work_s)
        hands = []
        for side, colour in (("rh", RIGHT), ("lh", LEFT)):
            columns = np.flatnonzero((image == colour).all(axis=(0, 2)))
            if len(columns):
                points_px = np.array([[columns[0], 35.0], *([columns[0] + finger - 2, 20.0] for finger in range(5))])
                hands.append(SimpleNamespace(points_px=points_px, score=0.8, side=side))
        return hands


def painted(right: int | None = 90, left: int | None = 40, size=(WIDTH, HEIGHT)):
    image = np.full((size[1], size[0], 3), 100, np.uint8)
    for column, colour in ((right, RIGHT), (left, LEFT)):
        if column is not None:
            image[:, column] = colour
    return image


class Seeing:
    """A perception_node, spun by the test; what it publishes, what it says."""

    def __init__(self, monkeypatch, **parameters) -> None:
        start_ros(**parameters)
        self.published = Published(monkeypatch)
        self.tracker = Painted()
        self.part = PerceptionNode(lambda: self.tracker)
        self.node = self.part.node
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)

    @property
    def clouds(self) -> list[PointCloud2]:
        return self.published.on(HUMAN_FINGERTIPS)

    def status(self) -> Status:
        return self.published.status(self.node)

    def looked_at(self) -> float:
        """Pictures that hands were looked for in, and those refused."""
        values = self.status().values
        return values["pictures"] + values["refused_messages"]

    def until(self, is_so) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < deadline_s
            self.executor.spin_once(timeout_sec=0.02)

    def receive(self, image, stamp: Time | None = None) -> None:
        message = image if isinstance(image, Image) else image_message(image, stamp or now())
        deliver(self.node, IMAGE, message)

    def show(self, image, stamp: Time | None = None) -> None:
        """Let a picture come; returns when it was looked at."""
        before = self.looked_at()
        self.receive(image, stamp)
        self.until(lambda: self.looked_at() > before)

    def close(self) -> None:
        self.part.close()
        self.executor.shutdown()
        self.node.destroy_node()


@pytest.fixture
def see(monkeypatch):
    parts = []

    def start(known: bool = True, **parameters) -> Seeing:
        if known:
            monkeypatch.setattr(ros_perception, "given_keyboard", lambda corners, source: keyboard)
        parts.append(Seeing(monkeypatch, **parameters))
        return parts[-1]

    yield start
    for each in parts:
        each.close()
    rclpy.try_shutdown()


def now(ago_s: float = 0.0) -> Time:
    seconds, rest = divmod(time.time_ns() - round(1e9 * ago_s), 10**9)
    return Time(sec=seconds, nanosec=rest)


def test_fingertips_in_metres_with_the_stamp_of_their_picture(see):
    seeing = see(height_m=0.03)
    stamp = now(0.5)
    seeing.show(painted(), stamp)
    [cloud] = seeing.clouds
    assert cloud.header.stamp == stamp
    hands = read_fingertip_cloud(cloud)
    # Columns 90 and 40 of 130, a centimetre each from the middle; rows 35 and 20 of 40.
    np.testing.assert_allclose(hands.points_m[:, 0, 1], [0.25, -0.25], atol=1e-6)
    np.testing.assert_allclose(hands.points_m[:, 0, 0], 0.15, atol=1e-6)
    np.testing.assert_allclose(hands.points_m[0, 1:, 1], [0.23, 0.24, 0.25, 0.26, 0.27], atol=1e-6)
    np.testing.assert_allclose(hands.points_m[..., 2], 0.03, atol=1e-6)
    np.testing.assert_allclose(hands.confidence, 0.8, atol=1e-6)
    assert seeing.status().values["pictures"] == 1
    seeing.show(painted(left=None), now(0.5))
    assert read_fingertip_cloud(seeing.clouds[-1]).seen.tolist() == [True, False]
    values = seeing.status().values
    assert 500 <= values["latency_p50_ms"] < 10_000
    assert values["tracking_p95_ms"] > 0
    assert (values["rh_seen_share"], values["lh_seen_share"]) == (1.0, 0.5)


def test_who_looks_gets_markers_and_the_picture_drawn_over(see):
    seeing = see()
    stamp = now()
    drawn, images = seeing.published.on(HUMAN_MARKERS), seeing.published.on(HUMAN_IMAGE)
    looks = subscriber(seeing.node, MarkerArray, HUMAN_MARKERS), subscriber(seeing.node, Image, HUMAN_IMAGE)
    with looks[0], looks[1]:
        seeing.show(painted(), stamp)
        seeing.until(lambda: images)
        [markers], [image] = drawn, images
        assert [marker.ns for marker in markers.markers] == [
            "rh_human_fingertips",
            "rh_human_hand",
            "lh_human_fingertips",
            "lh_human_hand",
        ]
        assert [len(marker.points) for marker in markers.markers] == [5, 10, 5, 10]
        assert {marker.header.frame_id for marker in markers.markers} == {"world"}
        assert (image.width, image.height, image.encoding) == (WIDTH, HEIGHT, "rgb8")
        assert image.header.stamp == markers.markers[0].header.stamp == stamp
        assert bytes(image.data) != painted().tobytes()
        seeing.show(painted(right=None))
        seeing.until(lambda: len(drawn) == 2)
    # A hand that is gone is taken away: Marker.DELETE is 2.
    assert [marker.action for marker in drawn[-1].markers] == [2, 2, 0, 0]


def test_nobody_looks_nothing_is_drawn(see):
    seeing = see()
    for _ in range(3):
        seeing.show(painted())
    assert len(seeing.clouds) == 3
    assert not seeing.published.on(HUMAN_MARKERS)
    assert not seeing.published.on(HUMAN_IMAGE)


def test_the_newest_picture_wins(see):
    seeing = see()
    seeing.tracker.work_s = 0.3
    columns = range(70, 100)
    for column in columns:
        seeing.receive(painted(right=column))
        time.sleep(0.02)
    seeing.until(lambda: seeing.looked_at() + seeing.status().values["dropped_pictures"] == len(columns))
    seen = [read_fingertip_cloud(cloud).points_m[0, 0, 1] for cloud in seeing.clouds]
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx((99 - 65) / 100)
    assert 2 <= len(seen) < len(columns) / 2


def test_a_wrong_encoding_is_refused_and_the_next_picture_is_seen(see):
    seeing = see()
    bad = image_message(painted(), now())
    bad.encoding = "yuv422"
    seeing.show(bad)
    assert not seeing.clouds
    status = seeing.status()
    assert status.values["refused_messages"] == 1
    assert status.text == "no keyboard yet; 1 images refused"
    assert status.warns
    seeing.show(painted())
    assert len(seeing.clouds) == 1


def test_larger_pictures_of_the_same_view_are_seen_alike(see):
    seeing = see()
    seeing.show(painted())
    seeing.show(painted(right=180, left=80, size=(260, 80)))
    small, large = (read_fingertip_cloud(cloud).points_m[:, 0, 1] for cloud in seeing.clouds)
    np.testing.assert_allclose(small, large, atol=0.003)


def test_pictures_of_another_shape_end_it_where_corners_were_given(see):
    seeing = see()
    seeing.show(painted())
    seeing.receive(painted(size=(100, 100)))
    with pytest.raises(UserError, match=r"100x100 now, 130x40 before.*corners"):
        seeing.until(lambda: False)


def test_the_keyboard_is_looked_for_where_it_is_not_known(see, monkeypatch):
    monkeypatch.setattr(ros_perception, "given_keyboard", lambda corners, source: None)
    seeing = see(known=False)
    received = 0

    def two_were_taken() -> bool:
        """So that the keyboard was looked for in one of them to the end."""
        nonlocal received
        seeing.receive(painted())
        received += 1
        return received - seeing.status().values["dropped_pictures"] > 2  # one may still wait to be taken

    seeing.until(two_were_taken)
    assert seeing.status().text == "no keyboard yet"
    assert seeing.tracker.pictures == 0


def test_two_cameras_on_one_topic_and_none_are_told(see, monkeypatch):
    seeing = see(image_topic="/top")
    for _ in range(2):
        seeing.node.create_publisher(Image, "/top", 1)
    seeing.until(lambda: seeing.node.count_publishers("/top") == 2)
    mixed = "2 publishers on /top: images of several cameras are mixed"
    assert seeing.status().text == f"no keyboard yet; {mixed}"
    monkeypatch.setattr(ros_perception, "SILENCE_S", 0.0)
    assert seeing.status().text == f"no keyboard yet; {mixed}; no images on /top, which has 2 publishers"


def test_a_camera_that_offers_best_effort_alone_is_heard(see):
    seeing = see(image_topic="/top")
    camera = rclpy.create_node("camera")
    publisher = camera.create_publisher(Image, "/top", qos_profile_sensor_data)

    def is_seen() -> bool:
        publisher.publish(image_message(painted(), now()))
        return bool(seeing.clouds)

    seeing.until(is_seen)
    camera.destroy_node()
    # The next one offers more, and more is asked for.
    camera = rclpy.create_node("camera")
    publisher = camera.create_publisher(Image, "/top", 1)
    seeing.until(lambda: publisher.get_subscription_count() == 1)

    def asked() -> ReliabilityPolicy:
        [images] = [each for each in seeing.node.subscriptions if each.topic_name == "/top"]
        return images.qos_profile.reliability

    seeing.until(lambda: asked() == ReliabilityPolicy.RELIABLE)
    camera.destroy_node()


def test_a_file_is_played_once_somebody_reads_and_then_it_is_over(see, tmp_path):
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height = 128, 40
        for _ in range(4):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(painted(size=(128, 40)), format="rgb24")))
        container.mux(stream.encode())
    seeing = see(source=path, wait_for_reader=True)
    for _ in range(20):
        seeing.executor.spin_once(timeout_sec=0.02)
    assert seeing.tracker.pictures == 0
    assert not seeing.part.finished
    with subscriber(seeing.node, PointCloud2, HUMAN_FINGERTIPS):
        seeing.until(lambda: seeing.part.finished)
        seeing.until(lambda: len(seeing.clouds) + seeing.status().values["dropped_pictures"] == 4)
    stamps_s = [cloud.header.stamp.sec + cloud.header.stamp.nanosec / 1e9 for cloud in seeing.clouds]
    assert stamps_s == sorted(stamps_s)
    assert abs(stamps_s[-1] - time.time()) < PATIENCE_S


def test_a_camera_that_is_unplugged_ends_it(see, monkeypatch):
    def unplugged(source):
        yield TimedFrame(painted(), time.monotonic())
        raise UserError(f"camera {source} delivers no frames: is it unplugged?")

    monkeypatch.setattr(ros_perception, "check_source", lambda source: None)
    monkeypatch.setattr(ros_perception, "timed_frames", unplugged)
    seeing = see(source="/dev/video3")
    with pytest.raises(UserError, match="camera /dev/video3 delivers no frames"):
        seeing.until(lambda: False)
    assert not seeing.part.finished


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"source": "no.mp4"}, "'no.mp4' does not exist"),
        ({"source": "/dev/video99"}, "no camera /dev/video99"),
        ({"image_topic": "''"}, "source and image_topic are both empty"),
        ({"height_m": 3.0}, "height_m"),
        ({"colour": "red"}, "'colour'"),
        ({"corners": "'1,2 3,4'"}, "corners '1,2 3,4': must be four pairs"),
    ],
)
def test_bad_parameters_are_refused(monkeypatch, parameters, words):
    try:
        with pytest.raises(UserError, match=words):
            Seeing(monkeypatch, **parameters)
    finally:
        rclpy.try_shutdown()


def test_a_video_without_a_keyboard_is_refused(monkeypatch, tmp_path):
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height = 320, 180
        for _ in range(4):
            frame = np.full((180, 320, 3), 90, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    try:
        with pytest.raises(UserError, match="--corners"):
            Seeing(monkeypatch, source=path)
    finally:
        rclpy.try_shutdown()
