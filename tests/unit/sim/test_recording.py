"""Recordings written without the tools of ROS and read by an independent library: rosbags."""

import contextlib
import os
import resource
import signal

import numpy as np
import pytest
from rosbags.highlevel import AnyReader
from rosbags.interfaces import Qos, QosDurability, QosHistory, QosLiveliness, QosReliability, QosTime
from rosbags.typesys import Stores, get_typestore

from pianomime_core.errors import UserError
from pianomime_sim.mcap_end import repair
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


def record_two_seconds(recording: Recording, first: int) -> None:
    recording.add("/hands/joint_states", JOINT_STATE, QOS)
    for second in range(2):
        for k in range(20):
            number = first + 20 * second + k
            message = TYPES.serialize_cdr(joint_state(number), JOINT_STATE)
            recording.write("/hands/joint_states", NOW_NS + number, message)
        recording.flush()


def numbers_in(path) -> list[int]:
    with AnyReader([path]) as reader:
        return [time_ns - NOW_NS for _, time_ns, _ in reader.messages()]


def killed_while_recording(path) -> None:
    """A process that records two seconds, begins a third and is killed."""
    child = os.fork()
    if child == 0:
        recording = Recording(path)
        record_two_seconds(recording, 0)
        recording.write("/hands/joint_states", NOW_NS + 99, TYPES.serialize_cdr(joint_state(99), JOINT_STATE))
        os.kill(os.getpid(), signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_what_a_killed_recorder_had_recorded_can_be_read_at_once(tmp_path):
    killed_while_recording(tmp_path / "song.mcap")
    assert numbers_in(tmp_path / "song.partial" / "song" / "song.mcap") == list(range(40))


def test_the_next_recorder_keeps_it_under_a_name_of_its_own(tmp_path):
    for _ in range(2):
        killed_while_recording(tmp_path / "song.mcap")
    with Recording(tmp_path / "song.mcap") as recording:
        assert recording.recovered == tmp_path / "song-2.mcap"
        record_two_seconds(recording, 100)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["song-1.mcap", "song-2.mcap", "song.mcap"]
    assert numbers_in(tmp_path / "song-1.mcap") == list(range(40))
    assert numbers_in(tmp_path / "song.mcap") == list(range(100, 140))


def test_a_file_torn_within_a_record_is_mended(tmp_path):
    recording = Recording(tmp_path / "song.mcap")
    file = tmp_path / "song.partial" / "song" / "song.mcap"
    record_two_seconds(recording, 0)
    whole = file.read_bytes()
    recording.write("/hands/joint_states", NOW_NS + 99, os.urandom(100))
    recording.flush()
    file.write_bytes(file.read_bytes()[: len(whole) + 10])
    assert repair(file)
    assert file.read_bytes() == whole
    assert numbers_in(file) == list(range(40))
    file.write_bytes(whole[:3])
    assert not repair(file)


@contextlib.contextmanager
def small_disk():
    """No file may grow beyond 20 kB, as if the disk were full; only within, as pytest's own output may be a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_one_line_and_what_came_before_is_kept(tmp_path):
    recording = Recording(tmp_path / "song.mcap")
    record_two_seconds(recording, 0)
    noise = os.urandom(2**20)  # fills a chunk
    with small_disk(), pytest.raises(UserError, match=r"song.mcap' cannot be written: .*song/song.mcap'") as failure:
        recording.write("/hands/joint_states", NOW_NS + 50, noise)
    assert "\n" not in str(failure.value)
    assert not (tmp_path / "song.mcap").exists()
    assert numbers_in(tmp_path / "song.partial" / "song" / "song.mcap") == list(range(40))


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
