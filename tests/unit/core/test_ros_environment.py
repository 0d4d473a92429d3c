"""What is added to the environment, and which domains are legal."""

import sys

import pytest

from pianomime_core.errors import UserError
from pianomime_core.ros_environment import domain_id, missing_ros_settings


def test_discovery_stays_on_this_machine():
    settings = missing_ros_settings({})
    assert settings == {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST", "AMENT_PREFIX_PATH": sys.prefix}


def test_what_the_user_has_set_is_left_alone():
    assert missing_ros_settings({"ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET", "AMENT_PREFIX_PATH": "/opt/ros/x"}) == {}


@pytest.mark.parametrize(("environ", "domain"), [({}, 0), ({"ROS_DOMAIN_ID": ""}, 0), ({"ROS_DOMAIN_ID": "101"}, 101)])
def test_domains(environ, domain):
    assert domain_id(environ) == domain


@pytest.mark.parametrize("text", ["102", "-1", "one", "1.0", "٣"])
def test_bad_domains_are_named(text):
    with pytest.raises(UserError, match=f"{text}.*0 to 101"):
        domain_id({"ROS_DOMAIN_ID": text})
