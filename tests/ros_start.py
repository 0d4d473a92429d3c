"""ROS in the process of a test."""

import sys

import rclpy
from ros_domains import free_domain

from pianomime_core.ros_environment import complete_ros_environment


def start_ros(*words: str, **parameters: object) -> None:
    """Initialise ROS as a command line with these parameters and further words does, in a domain of our own: a
    performance on this machine must not hear us."""
    complete_ros_environment()
    given = [word for name, value in parameters.items() for word in ("-p", f"{name}:={value}")]
    rclpy.init(args=[sys.argv[0], "--ros-args", *given, *words], domain_id=free_domain())
