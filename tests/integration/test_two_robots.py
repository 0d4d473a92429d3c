"""Two robots in two namespaces of one ROS domain, with their own names of joints and frames."""

import json
from collections import defaultdict
from contextlib import closing, contextmanager
from xml.etree import ElementTree

from outsider import Outsider
from performances import own_domain
from robots import Robot, scale, score_alone
from sensor_msgs.msg import JointState
from std_msgs.msg import String
from visualization_msgs.msg import MarkerArray

from pianomime_core.hands import joint_names
from pianomime_core.ros_qos import LATCHED, NEWEST

SIDES = ("left", "right")
OURS = (
    *("hands/joint_states", "hands/command", "hands/start", "piano/goal", "piano/joint_states", "piano/score"),
    *("piano/song", "clock", "markers", "robot_description"),
)


@contextmanager
def listening(environ):
    """Listens from now on; yields what waits for all topics of the domain, and a message of some, by topic."""
    heard = defaultdict(list)
    with closing(Outsider("looker", int(environ["ROS_DOMAIN_ID"]))) as looker:
        node = looker.node
        for side in SIDES:
            for name, kind, qos in (
                ("hands/joint_states", JointState, NEWEST),
                ("markers", MarkerArray, LATCHED),
                ("robot_description", String, LATCHED),
            ):
                node.create_subscription(kind, f"/{side}/{name}", heard[f"/{side}/{name}"].append, qos)

        seen: set[str] = set()

        def is_complete() -> bool:
            # One robot may have ended, and its topics with it, before the other begins.
            seen.update(name for name, _ in node.get_topic_names_and_types())
            return seen >= {f"/{side}/{name}" for side in SIDES for name in OURS} and all(heard.values())

        def hear() -> tuple[set[str], dict]:
            looker.until(is_complete)
            return seen, {topic: messages[0] for topic, messages in heard.items()}

        yield hear


def test_each_plays_its_own_song_as_if_it_were_alone(tmp_path):
    environ = own_domain(tmp_path)
    songs = {
        "left": scale(tmp_path, "low", lowest=40, notes=8),
        "right": scale(tmp_path, "high", lowest=64, notes=12),
    }
    scores = {side: tmp_path / f"{side}.json" for side in SIDES}
    with listening(environ) as hear:
        robots = {
            side: Robot(
                environ,
                f"/{side}",
                songs[side],
                {"joint_prefix": f"{side}_", "frame_prefix": f"{side}/"},
                score=scores[side],
            )
            for side in SIDES
        }
        try:
            topics, heard = hear()
            assert [robot.wait() for robot in robots.values()] == [0, 0]
        finally:
            for robot in robots.values():
                robot.close()
    shared = {name for name in topics if not name.startswith(tuple(f"/{side}/" for side in SIDES))}
    assert shared == {"/diagnostics", "/rosout", "/parameter_events"}
    for side in SIDES:
        played, alone = json.loads(scores[side].read_text()), score_alone(songs[side])
        assert (played["f1"], played["onset_f1"]) == (alone["f1"], alone["onset_f1"])
        assert played["f1"] > 0.9, "the scores of two idle robots would be alike, too"
        ours = {f"{side}_{name}" for name in joint_names()}
        assert set(heard[f"/{side}/hands/joint_states"].name) == ours
        urdf = ElementTree.fromstring(heard[f"/{side}/robot_description"].data.encode())
        assert {joint.get("name") for joint in urdf.iter("joint") if joint.get("type") != "fixed"} == ours
        assert {marker.header.frame_id for marker in heard[f"/{side}/markers"].markers} == {f"{side}/world"}
