"""Where perception_node has its pictures from: topics, cameras, files; and parameters that it refuses."""

import time

import numpy as np
import pytest
import rclpy
from node_ports import subscriber
from rclpy.qos import ReliabilityPolicy, qos_profile_sensor_data
from seeing import PATIENCE_S, Seeing, now, painted
from sensor_msgs.msg import Image, PointCloud2
from small_videos import write_video

from pianomime_core.errors import UserError
from pianomime_core.ros_topics import HUMAN_FINGERTIPS
from pianomime_perception import ros_perception
from pianomime_perception.frame_source import TimedFrame
from pianomime_perception.ros_images import image_message


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
    write_video(path, [painted(size=(128, 40))] * 4)
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
    write_video(path, [np.full((180, 320, 3), 90, np.uint8)] * 4)
    try:
        with pytest.raises(UserError, match="--corners"):
            Seeing(monkeypatch, source=path)
    finally:
        rclpy.try_shutdown()
