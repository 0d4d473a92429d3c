"""perception_node over DDS with frames of a real pianist, sent like those of a camera node."""

import os
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from outsider import Outsider
from ros_domains import free_domain
from sensor_msgs.msg import Image, PointCloud2
from visualization_msgs.msg import MarkerArray

from pianomime_core.hands import FINGERS
from pianomime_core.keyboard import KEYBOARD
from pianomime_core.ros_fingertip_cloud import read_fingertip_cloud
from pianomime_core.ros_qos import NEWEST, REPORT
from pianomime_core.ros_status_messages import read_status
from pianomime_core.ros_topics import HUMAN_FINGERTIPS

PATIENCE_S = 120.0
SECONDS = 8
TUTORIAL = Path(__file__).resolve().parents[2].parent / "shared" / "tutorial"
VIDEO = TUTORIAL / "Stan_1.mp4"

pytestmark = pytest.mark.skipif(not VIDEO.is_file(), reason="needs ../shared/tutorial")


@pytest.fixture(scope="module")
def pictures():
    """The first seconds of the video at 640x360, 15 a second."""
    pytest.importorskip("mediapipe", reason="needs MediaPipe: make perceive")
    from pianomime_perception.video_file import frames

    kept, next_s = [], 0.0
    for frame in frames(VIDEO, 640):
        if frame.time_s > SECONDS:
            break
        if frame.time_s >= next_s:
            kept.append(frame.image)
            next_s += 1 / 15
    return kept


class Camera(Outsider):
    """Publishes pictures, and keeps what is seen in them."""

    def __init__(self, domain: int) -> None:
        super().__init__("camera", domain)
        self.clouds: list[PointCloud2] = []
        self.markers: list[MarkerArray] = []
        self.drawn: list[Image] = []
        self.said: dict[str, float] = {}
        self.stamps: set[tuple[int, int]] = set()
        self.publisher = self.node.create_publisher(Image, "/top/image", NEWEST)
        self.node.create_subscription(PointCloud2, HUMAN_FINGERTIPS, self.clouds.append, NEWEST)
        self.node.create_subscription(MarkerArray, "/hands/human_markers", self.markers.append, NEWEST)
        self.node.create_subscription(Image, "/hands/human_image", self.drawn.append, NEWEST)
        self.node.create_subscription(DiagnosticArray, "/diagnostics", self.on_health, REPORT)

    def on_health(self, message: DiagnosticArray) -> None:
        self.said = read_status(message, "perception_node")

    def show(self, picture: np.ndarray) -> None:
        from pianomime_perception.ros_images import image_message, stamp_at

        stamp = stamp_at(time.time_ns())
        self.stamps.add((stamp.sec, stamp.nanosec))
        self.publisher.publish(image_message(picture, stamp, "camera"))


@pytest.fixture
def domain() -> int:
    return free_domain()


@pytest.fixture
def camera(domain):
    camera = Camera(domain)
    yield camera
    camera.close()


@pytest.fixture
def node(domain):
    command = [sys.executable, "-m", "pianomime_perception.perception_node", "--ros-args", "-p"]
    running = subprocess.Popen([*command, "image_topic:=/top/image"], env=os.environ | {"ROS_DOMAIN_ID": str(domain)})
    yield running
    running.terminate()
    assert running.wait(timeout=20) == 0


@pytest.mark.slow
def test_a_pianist_is_seen_in_reliable_pictures(pictures, camera, node):
    begin_s = time.monotonic()
    for picture in cycle(pictures):
        assert time.monotonic() - begin_s < PATIENCE_S
        assert node.poll() is None
        camera.show(picture)
        camera.listen(1 / 15)
        if camera.clouds:  # the keyboard is found
            break
    camera.clouds.clear()
    for picture in pictures:
        camera.show(picture)
        camera.listen(1 / 15)
    camera.listen(1.5)
    clouds = [read_fingertip_cloud(cloud) for cloud in camera.clouds]
    assert len(clouds) > 20
    assert {(cloud.header.stamp.sec, cloud.header.stamp.nanosec) for cloud in camera.clouds} <= camera.stamps
    stamps = [(cloud.header.stamp.sec, cloud.header.stamp.nanosec) for cloud in camera.clouds]
    assert stamps == sorted(stamps)
    seen = np.array([hands.seen for hands in clouds])
    assert seen.all(axis=1).mean() > 0.95
    points_m = np.array([hands.points_m for hands in clouds])[seen.all(axis=1)]
    # Fingertips on the keys, wrists before them; the right hand to the right, thumbs towards each other.
    x_m, y_m = points_m[..., 0], points_m[..., 1]
    assert (np.abs(np.median(x_m[:, :, 1:], axis=0)) < 0.1).all()
    assert (np.median(x_m[:, :, 0], axis=0) > 0.08).all()
    assert (y_m[:, 0].mean(axis=1) > y_m[:, 1].mean(axis=1)).all()
    assert (np.median(y_m[:, 0, 1], axis=0) < np.median(y_m[:, 0, 1 + FINGERS.index("little")], axis=0)).all()
    assert (np.median(y_m[:, 1, 1], axis=0) > np.median(y_m[:, 1, 1 + FINGERS.index("little")], axis=0)).all()
    assert (np.abs(y_m) < KEYBOARD.center_y_m[-1]).all()
    # Nothing jumps: in a fifteenth of a second hands go no further than a hand can.
    assert np.percentile(np.abs(np.diff(y_m, axis=0)), 95) < 0.15
    assert camera.said["rate_hz"] > 1
    assert camera.said["latency_p95_ms"] >= camera.said["latency_p50_ms"] > 0
    assert camera.said["pictures"] > 10
    assert {marker.ns for marker in camera.markers[-1].markers} >= {"rh_human_fingertips", "lh_human_hand"}
    drawn = camera.drawn[-1]
    assert (drawn.width, drawn.height, drawn.encoding) == (640, 360, "rgb8")
    assert (drawn.header.stamp.sec, drawn.header.stamp.nanosec) in camera.stamps


def test_what_it_cannot_read_is_refused_in_one_line_and_it_goes_on(pictures, camera, domain):
    command = [sys.executable, "-m", "pianomime_perception.perception_node", "--ros-args", "-p"]
    running = subprocess.Popen(
        [*command, "image_topic:=/top/image"],
        env=os.environ | {"ROS_DOMAIN_ID": str(domain)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        begin_s = time.monotonic()
        while camera.said.get("refused_messages", 0) < 3:
            assert time.monotonic() - begin_s < PATIENCE_S
            camera.publisher.publish(Image(height=2, width=2, encoding="16UC1", step=4, data=bytes(8)))
            camera.listen(0.1)
        assert running.poll() is None
    finally:
        running.terminate()
        said, _ = running.communicate(timeout=20)
    assert "'16UC1': must be one of rgb8, bgr8, mono8" in said
    assert "Traceback" not in said


@pytest.mark.slow
@pytest.mark.quiet_machine
def test_the_robot_follows_a_video_to_its_end(pictures, tmp_path):
    import av

    video = tmp_path / "pianist.mp4"
    with av.open(str(video), "w") as container:
        stream = container.add_stream("mpeg4", rate=15, options={"qscale": "2"})
        stream.width, stream.height, stream.bit_rate = 640, 360, 4_000_000
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    # Clicked by the authors in pictures of 1280x720, (y, -x) on the keyboard: its corners in half of that.
    corners_m = np.array([[-0.611, 0.075, 1], [0.611, 0.075, 1], [0.611, -0.075, 1], [-0.611, -0.075, 1]])
    corners = corners_m @ np.linalg.inv(np.load(TUTORIAL / "homography_matrix.npy")).T
    corners = (corners[:, :2] / corners[:, 2:] + 0.5) / 2 - 0.5
    text = " ".join(f"{u:.2f},{v:.2f}" for u, v in corners)
    done = subprocess.run(
        [sys.executable, "-m", "pianomime", "follow", "--video", str(video), "--corners", text],
        env=os.environ | {"ROS_DOMAIN_ID": str(free_domain()), "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "the video is over" in done.stdout
    for side in ("right", "left"):
        [line] = [line for line in done.stdout.splitlines() if line.startswith(f"{side} hand: fingertips ")]
        # A pianist is faster than a robot on a busy machine, but most of the time the hands are there.
        assert float(line.split()[3]) < 30, line
