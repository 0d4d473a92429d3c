"""A node in a thread receives messages of a node of the program, and closes on request."""

import threading
import time

from ros_domains import free_domain
from std_msgs.msg import String

from pianomime_core.ros_background import BackgroundNode
from pianomime_core.ros_environment import complete_ros_environment

PATIENCE_S = 30.0


def test_two_in_one_process_hear_each_other_and_leave():
    complete_ros_environment()
    domain = free_domain()
    speaker, ears = BackgroundNode("speaker", domain), BackgroundNode("ears", domain)
    heard, threads = [], []

    def on_said(message: String) -> None:
        heard.append(message.data)
        threads.append(threading.current_thread())

    ears.node.create_subscription(String, "/said", on_said, 1)
    publisher = speaker.node.create_publisher(String, "/said", 1)
    ears.start()
    deadline_s = time.monotonic() + PATIENCE_S
    while not heard and time.monotonic() < deadline_s:
        publisher.publish(String(data="hello"))
        time.sleep(0.05)
    ears.close()
    speaker.close()  # was never started
    assert heard[0] == "hello"
    assert {thread.name for thread in threads} == {"ears"}
    assert not any(thread.is_alive() for thread in threads)
