"""The frame rate that perception_node can handle, and the age of frames when their fingertips are published.

The frames of a video of a pianist, scaled to 640x360, arrive 30 times per second as reliable sensor_msgs/Image from
another process, as from a camera node. Other load on the machine disturbs the measurement.

    python -m benchmarks.perception_rate --video VIDEO
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import tyro
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from pianomime_core.errors import UserError
from pianomime_core.ros_environment import missing_ros_settings
from pianomime_perception.video_file import frames

TOPIC = "/benchmark/image"
MOST_PICTURES = 300
"""Number of video frames kept, 700 kB each at 640x360."""
START_S = 60.0
"""How long the node may take to see the first hand."""


@dataclass(frozen=True)
class PerceptionRateOptions:
    """Measure with images in and fingertips out.

    Attributes:
        video: A pianist, seen from above.
        seconds: Duration of the measurement after the keyboard is found; the video is repeated.
        width: Frames are scaled to this width [px].
        rate_hz: Frames per second.
        watched: Also subscribe to the annotated image.
    """

    video: Path
    seconds: float = 20.0
    width: int = 640
    rate_hz: float = 30.0
    watched: bool = False


def measured(
    sent: int, arrived_s: Sequence[float], ages_s: Sequence[float], seen: Sequence[NDArray[np.bool_]]
) -> dict[str, float]:
    """Results of a measurement.

    Args:
        sent: Number of frames published.
        arrived_s: Arrival time of the fingertips of each frame.
        ages_s: Age of each frame at that time.
        seen: The hands (2,) seen in it.
    """
    p50, p95 = np.percentile(ages_s, (50, 95)) * 1e3
    return {
        "rate_hz": (len(arrived_s) - 1) / (arrived_s[-1] - arrived_s[0]),
        "latency_p50_ms": float(p50),
        "latency_p95_ms": float(p95),
        "looked_at": len(arrived_s) / sent,
        "both_hands": float(np.mean(np.all(seen, axis=1))),
    }


def main(options: PerceptionRateOptions) -> int:
    """Print the table."""
    settings = {"ROS_DOMAIN_ID": str(random.randint(1, 101))}
    os.environ.update(settings | missing_ros_settings(os.environ))
    try:
        numbers = _measure(options)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    table = Table(
        "pictures a second", "latency median", "p95", "looked at", "both hands", title=f"{options.video.name}"
    )
    table.add_row(
        f"{numbers['rate_hz']:.1f} of {options.rate_hz:g}",
        f"{numbers['latency_p50_ms']:.0f} ms",
        f"{numbers['latency_p95_ms']:.0f} ms",
        f"{numbers['looked_at']:.0%}",
        f"{numbers['both_hands']:.0%}",
    )
    Console().print(table)
    return 0


def _measure(options: PerceptionRateOptions) -> dict[str, float]:
    import rclpy
    from rclpy.executors import SingleThreadedExecutor
    from sensor_msgs.msg import Image, PointCloud2

    from pianomime_core.ros_fingertip_cloud import read_fingertip_cloud
    from pianomime_core.ros_qos import NEWEST
    from pianomime_core.ros_topics import HUMAN_FINGERTIPS, HUMAN_IMAGE

    heard: list[tuple[float, float, NDArray[np.bool_]]] = []

    def on_fingertips(message: PointCloud2) -> None:
        stamp_s = message.header.stamp.sec + message.header.stamp.nanosec / 1e9
        heard.append((time.monotonic(), time.time() - stamp_s, read_fingertip_cloud(message).seen))

    rclpy.init()
    node = rclpy.create_node("benchmark")
    node.create_subscription(PointCloud2, HUMAN_FINGERTIPS, on_fingertips, NEWEST)
    if options.watched:
        node.create_subscription(Image, HUMAN_IMAGE, lambda message: None, NEWEST)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    with _process("-m", "pianomime_perception.perception_node", "--ros-args", "-p", f"image_topic:={TOPIC}") as seeing:
        arguments = (str(options.video), str(options.width), str(options.rate_hz))
        with _process("-m", "benchmarks.perception_rate", "--publish", *arguments) as camera:
            begin_s, first_s = time.monotonic(), None
            while first_s is None or time.monotonic() - first_s < options.seconds:
                executor.spin_once(timeout_sec=0.1)
                if first_s is None and heard:
                    first_s = time.monotonic()
                    heard.clear()
                if any(process.poll() is not None for process in (seeing, camera)):
                    raise UserError("the node or the camera has ended: its last line says why")
                if first_s is None and time.monotonic() - begin_s > START_S:
                    raise UserError(f"no fingertips after {START_S:.0f} s: does the video show a whole keyboard?")
    executor.shutdown()
    node.destroy_node()
    rclpy.try_shutdown()
    arrived_s, ages_s, seen = zip(*heard, strict=True)
    return measured(round(options.rate_hz * options.seconds), arrived_s, ages_s, seen)


def publish(video: Path, width: int, rate_hz: float) -> None:
    """Act as the camera: publish the video repeatedly until interrupted."""
    import rclpy
    from sensor_msgs.msg import Image

    from pianomime_core.ros_qos import NEWEST
    from pianomime_perception.ros_images import image_message, stamp_at

    rclpy.init(signal_handler_options=rclpy.signals.SignalHandlerOptions.NO)
    node = rclpy.create_node("camera")
    publisher = node.create_publisher(Image, TOPIC, NEWEST)
    pictures = list(islice(_at(video, width, rate_hz), MOST_PICTURES))
    begin_s, count = time.monotonic(), 0
    while True:
        time.sleep(max(begin_s + count / rate_hz - time.monotonic(), 0.0))
        publisher.publish(image_message(pictures[count % len(pictures)], stamp_at(time.time_ns())))
        count += 1


def _at(video: Path, width: int, rate_hz: float) -> Iterator[NDArray[np.uint8]]:
    """Frames of a video at another rate."""
    next_s = 0.0
    for frame in frames(video, width):
        if frame.time_s >= next_s:
            next_s += 1 / rate_hz
            yield frame.image


@contextmanager
def _process(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, *words])
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=10)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--publish"]:
        publish(Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
    sys.exit(main(tyro.cli(PerceptionRateOptions)))
