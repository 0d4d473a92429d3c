"""Recordings written without ROS's tools and read by somebody else: rosbags."""

import numpy as np
import pytest
from rosbags.highlevel import AnyReader
from rosbags.interfaces import Qos, QosDurability, QosHistory, QosLiveliness, QosReliability, QosTime
from rosbags.typesys import Stores, get_typestore

from pianomime_core.errors import UserError
from pianomime_sim.recording import Recording

NOW_NS = 1_700_000_000_000_000_000
FOREVER = QosTime(2147483647, 4294967295)
QOS = Qos(
    QosHistory.KEEP_LAST, 1, QosReliability.RELIABLE, QosDurability.VOLATILE, FOREVER, FOREVER, QosLiveliness.AUTOMATIC,
    FOREVER, False,
)  # fmt: skip
JOINT_STATE = "sensor_msgs/msg/JointState"
TYPES = get_typestore(Stores.LATEST)


def joint_state(k: int):
    types = TYPES.types
    header = types["std_msgs/msg/Header"](types["builtin_interfaces/msg/Time"](k, 50), "world")
    return types[JOINT_STATE](header, ["a", "b"], np.array([k, -k], float), np.zeros(2), np.zeros(0))


def test_messages_come_back_as_they_were(tmp_path):
    sent = [joint_state(k) for k in range(50)]
    with Recording(tmp_path / "song.mcap") as recording:
        recording.add("/hands/joint_states", JOINT_STATE, QOS)
        for k, message in enumerate(sent):
            recording.write("/hands/joint_states", NOW_NS + k, TYPES.serialize_cdr(message, JOINT_STATE))
        assert recording.messages == 50
        assert not (tmp_path / "song.mcap").exists(), "not before it is whole"
    with AnyReader([tmp_path / "song.mcap"]) as reader:
        [connection] = reader.connections
        assert (connection.topic, connection.msgtype) == ("/hands/joint_states", JOINT_STATE)
        heard = [(time_ns, reader.deserialize(data, connection.msgtype)) for _, time_ns, data in reader.messages()]
    assert [time_ns for time_ns, _ in heard] == [NOW_NS + k for k in range(50)]
    for message, (_, read) in zip(sent, heard, strict=True):
        assert (read.name, read.position.tolist()) == (message.name, message.position.tolist())
        assert (read.header.stamp.sec, read.header.stamp.nanosec) == (message.header.stamp.sec, 50)
    assert sorted(file.name for file in (tmp_path / "song.mcap").iterdir()) == ["metadata.yaml", "song.mcap"]
    assert [file.name for file in tmp_path.iterdir()] == ["song.mcap"], "nothing is left beside it"


def test_it_knows_the_types_of_the_graph():
    known = Recording.knows
    types = ("sensor_msgs/msg/JointState", "trajectory_msgs/msg/JointTrajectory", "diagnostic_msgs/msg/DiagnosticArray",
             "visualization_msgs/msg/MarkerArray", "rosgraph_msgs/msg/Clock", "rcl_interfaces/msg/Log")  # fmt: skip
    assert all(known(name) for name in types)
    assert not known("studio_msgs/msg/Applause")


def test_what_a_killed_recorder_left_is_cleared_away(tmp_path):
    Recording(tmp_path / "song.mcap")  # never closed
    with Recording(tmp_path / "song.mcap"):
        pass
    assert [file.name for file in tmp_path.iterdir()] == ["song.mcap"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("song.bag", "must end in .mcap"),
        ("nowhere/song.mcap", "no folder"),
        ("there.mcap", "exists"),
        ("/proc/x.mcap", "cannot be written"),
    ],
)
def test_bad_names_are_refused(tmp_path, name, words):
    (tmp_path / "there.mcap").touch()
    with pytest.raises(UserError, match=words):
        Recording(tmp_path / name)
