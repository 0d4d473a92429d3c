"""perception_node with synthetic frames and a tracker that detects what is drawn in them."""

import time

import numpy as np
import pytest
from node_ports import subscriber
from seeing import HEIGHT, WIDTH, now, painted
from sensor_msgs.msg import Image
from visualization_msgs.msg import MarkerArray

from pianomime_core.errors import UserError
from pianomime_core.ros_fingertip_cloud import read_fingertip_cloud
from pianomime_core.ros_topics import HUMAN_IMAGE, HUMAN_MARKERS
from pianomime_perception import ros_perception
from pianomime_perception.ros_images import image_message


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
