"""What is added to the environment, and which domains are legal."""

import sys
import xml.etree.ElementTree as ET

import pytest

from pianomime_core.errors import UserError
from pianomime_core.ros_environment import LOOPBACK, domain_id, missing_ros_settings, stays_on_this_machine


def test_messages_stay_on_this_machine():
    assert missing_ros_settings({}) == {
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "SYSTEM_DEFAULT",
        "FASTDDS_DEFAULT_PROFILES_FILE": str(LOOPBACK),
        "AMENT_PREFIX_PATH": sys.prefix,
    }
    assert stays_on_this_machine({})
    profiles = ET.parse(LOOPBACK)
    space = {"dds": "http://www.eprosima.com"}
    assert [address.text for address in profiles.iterfind(".//dds:interfaceWhiteList/dds:address", space)] == [
        "127.0.0.1"
    ]
    assert [built_in.text for built_in in profiles.iterfind(".//dds:useBuiltinTransports", space)] == ["false"]


@pytest.mark.parametrize(
    "environ",
    [
        {"RMW_IMPLEMENTATION": "rmw_cyclonedds_cpp"},
        {"ROS_DISTRO": "jazzy"},
        {"FASTDDS_DEFAULT_PROFILES_FILE": "mine.xml"},
        {"FASTRTPS_DEFAULT_PROFILES_FILE": "mine.xml"},
    ],
)
def test_where_our_transport_does_not_apply_discovery_is_of_this_machine(environ):
    settings = missing_ros_settings({**environ, "AMENT_PREFIX_PATH": "/opt/ros/x"})
    assert settings == {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}
    assert stays_on_this_machine(environ)


@pytest.mark.parametrize(
    "environ",
    [
        {"ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET"},
        {"ROS_AUTOMATIC_DISCOVERY_RANGE": "SYSTEM_DEFAULT"},
        {"ROS_AUTOMATIC_DISCOVERY_RANGE": "SYSTEM_DEFAULT", "FASTDDS_DEFAULT_PROFILES_FILE": "mine.xml"},
    ],
)
def test_others_may_hear_who_asks_for_it(environ):
    assert not stays_on_this_machine(environ)


def test_what_was_added_is_found_complete():
    assert missing_ros_settings(missing_ros_settings({})) == {}


def test_what_the_user_has_set_is_left_alone():
    assert missing_ros_settings({"ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET", "AMENT_PREFIX_PATH": "/opt/ros/x"}) == {}


@pytest.mark.parametrize(("environ", "domain"), [({}, 0), ({"ROS_DOMAIN_ID": ""}, 0), ({"ROS_DOMAIN_ID": "101"}, 101)])
def test_domains(environ, domain):
    assert domain_id(environ) == domain


@pytest.mark.parametrize("text", ["102", "-1", "one", "1.0", "٣"])
def test_bad_domains_are_named(text):
    with pytest.raises(UserError, match=f"{text}.*0 to 101"):
        domain_id({"ROS_DOMAIN_ID": text})
