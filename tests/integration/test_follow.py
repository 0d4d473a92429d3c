"""Hands that follow a person: fingertips in over DDS, the robot's fingertips out, measured on MuJoCo's model."""

import os
import signal
import subprocess
import sys
import threading
import time

import mujoco
import numpy as np
import pytest
from builtin_interfaces.msg import Time
from outsider import Outsider
from performances import PATIENCE_S
from processes import node_of
from ros_domains import free_domain
from sensor_msgs.msg import JointState, PointCloud2
from trajectory_msgs.msg import JointTrajectory

from pianomime_core.hands import FINGERS, SIDES
from pianomime_core.ros_fingertip_cloud import Fingertips, fingertip_cloud
from pianomime_core.ros_messages import step_of
from pianomime_core.ros_qos import NEWEST
from pianomime_core.ros_topics import HUMAN_FINGERTIPS
from pianomime_description.scene import build_scene
from pianomime_description.variant import SceneConfig

READY = "the hands follow"


class Robot:
    """The fingertips of the hands in /hands/joint_states, by MuJoCo's kinematics."""

    def __init__(self) -> None:
        self._model = build_scene(SceneConfig()).compile()
        self._data = mujoco.MjData(self._model)
        self._sites = [[self._model.site(f"{side}_{finger}_tip").id for finger in FINGERS] for side in SIDES]

    def tips_m(self, state: JointState) -> np.ndarray:
        for name, position in zip(state.name, state.position, strict=True):
            self._data.qpos[self._model.joint(name).qposadr] = position
        mujoco.mj_kinematics(self._model, self._data)
        return self._data.site_xpos[self._sites].copy()


class Person(Outsider):
    """Publishes fingertips 20 times a second, and keeps the newest state and the commands of the robot."""

    def __init__(self, domain: int) -> None:
        super().__init__("person", domain)
        self.points_m: np.ndarray | None = None
        self.state: JointState | None = None
        self.steps: list[int] = []
        self.node.create_subscription(JointState, "/hands/joint_states", self.on_state, NEWEST)
        self.node.create_subscription(JointTrajectory, "/hands/command", self.on_command, NEWEST)
        self.publisher = self.node.create_publisher(PointCloud2, HUMAN_FINGERTIPS, NEWEST)
        self.node.create_timer(0.05, self.say)

    def on_state(self, message: JointState) -> None:
        self.state = message

    def on_command(self, message: JointTrajectory) -> None:
        self.steps.append(step_of(message.header.stamp))

    def say(self) -> None:
        if self.points_m is not None:
            seconds, rest = divmod(time.time_ns(), 10**9)
            confidence = np.isfinite(self.points_m[..., 0]).astype(float)
            cloud = fingertip_cloud(Fingertips(self.points_m, confidence), Time(sec=seconds, nanosec=rest))
            self.publisher.publish(cloud)

    def steps_on(self, steps: int) -> None:
        """Go on until the robot is so many steps further."""
        self.state = None  # the last one may be old: nobody listens while a test reads what is said
        self.until(lambda: self.state is not None)
        end = step_of(self.state.header.stamp) + steps
        self.until(lambda: step_of(self.state.header.stamp) >= end)


def hands(right_y_m: float, left_y_m: float, z_m: float = 0.045) -> np.ndarray:
    """Points (2, 6, 3) of two hands on white keys, five neighbouring keys each."""
    points_m = np.zeros((2, 6, 3))
    points_m[..., 0] = [0.16, 0.055, 0.035, 0.03, 0.033, 0.045]
    points_m[..., 1] = [[right_y_m], [left_y_m]] + 0.0235 * np.array([[0, -2, -1, 0, 1, 2], [0, 2, 1, 0, -1, -2]])
    points_m[..., 2] = z_m
    return points_m


@pytest.fixture(scope="module")
def environ(tmp_path_factory) -> dict[str, str]:
    place = {"ROS_DOMAIN_ID": str(free_domain()), "XDG_RUNTIME_DIR": str(tmp_path_factory.mktemp("runtime"))}
    return os.environ | place


class Follow:
    """`pianomime follow` and all it says."""

    def __init__(self, environ, *arguments: object) -> None:
        command = [sys.executable, "-m", "pianomime", "follow", *map(str, arguments)]
        self.process = subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.said = ""
        # A test that hangs would be told nothing by a blocking pipe.
        self._watch = threading.Timer(PATIENCE_S, self.process.kill)
        self._watch.start()

    def until(self, words: str) -> None:
        while words not in self.said:
            line = self.process.stdout.readline()
            assert line, f"it ended before it said {words!r}: {self.said}"
            self.said += line

    def end(self, interrupt: bool = True) -> int:
        if interrupt:
            self.process.send_signal(signal.SIGINT)
        self.said += self.process.communicate()[0]
        return self.process.returncode

    def close(self) -> None:
        self._watch.cancel()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def follow(environ):
    started = []

    def start(*arguments: object) -> Follow:
        started.append(Follow(environ, *arguments))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def person(environ):
    person = Person(int(environ["ROS_DOMAIN_ID"]))
    yield person
    person.close()


@pytest.mark.slow
@pytest.mark.quiet_machine
def test_the_robots_fingertips_go_where_the_persons_are(follow, person):
    robot, following = Robot(), follow("--fingertips")
    following.until(READY)
    person.points_m = hands(0.2, -0.2)
    person.steps_on(40)
    for right_y_m, left_y_m in ((0.2, -0.2), (0.35, -0.05), (0.1, -0.3)):
        person.points_m = hands(right_y_m, left_y_m)
        person.steps_on(30)
        apart_m = np.linalg.norm((robot.tips_m(person.state) - person.points_m[:, 1:])[..., :2], axis=-1)
        assert apart_m.mean() < 0.02, apart_m
        assert apart_m.max() < 0.03, apart_m
    # On the move, slow enough for a hand: 10 cm/s.
    behind_m = []
    for right_y_m in np.arange(0.1, 0.3, 0.02):
        person.points_m = hands(right_y_m, -0.3)
        person.steps_on(4)
        behind_m.append(np.abs((robot.tips_m(person.state) - person.points_m[:, 1:])[0, :, 1]).mean())
    assert np.mean(behind_m) < 0.03, behind_m
    # One hand is gone: it waits, then lifts; the other follows.
    person.points_m[1] = np.nan
    person.steps_on(40)
    heights_m = robot.tips_m(person.state)[..., 2].mean(axis=1)
    assert heights_m[1] > heights_m[0] + 0.02, heights_m
    # Nobody says anything any more: both lift.
    person.points_m = None
    person.steps_on(40)
    assert (robot.tips_m(person.state)[..., 2].mean(axis=1) > heights_m[0] + 0.02).all()
    assert person.steps == sorted(person.steps)
    assert following.end() == 0, following.said
    assert "right hand: fingertips" in following.said
    assert "frame to command: median" in following.said
    assert "score" not in following.said


@pytest.mark.slow
def test_who_is_killed_comes_back_and_goes_on(follow, person):
    robot, following = Robot(), follow("--fingertips")
    following.until(READY)
    person.points_m = hands(0.2, -0.2)
    person.steps_on(30)
    for module, words, y_m in (
        ("pianomime_policy.nodes.follow_node", READY, 0.3),
        ("pianomime_sim.sim_node", "the session goes on", 0.15),
    ):
        following.said = ""
        os.kill(node_of(following.process.pid, module), signal.SIGKILL)
        person.points_m = hands(y_m, -0.2)
        following.until("started again")
        following.until(words)
        person.steps_on(60)
        apart_m = np.linalg.norm((robot.tips_m(person.state) - person.points_m[:, 1:])[..., :2], axis=-1)
        assert apart_m.max() < 0.03, (module, apart_m)
    assert following.end() == 0, following.said


def test_nobody_to_follow_is_told_at_the_end(follow):
    following = follow("--fingertips")
    following.until(READY)
    assert following.end() == 0, following.said
    assert "no fingertips were received" in following.said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--video", "no.mp4"), "'no.mp4' does not exist"),
        (("--camera", "77"), "no camera 77"),
        (("--camera", "0", "--video", "x.mp4"), "not allowed with"),
        (("--fingertips", "--corners", "1,2 3,4 5,6 7,8"), "--corners"),
        (("--image-topic", "/x", "--corners", "1,2"), "must be four pairs"),
    ],
)
def test_bad_input_is_refused_in_one_line(environ, arguments, words):
    if "--fingertips" not in arguments:
        pytest.importorskip("mediapipe", reason="needs MediaPipe: make perceive")
    command = [sys.executable, "-m", "pianomime", "follow", *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert words in done.stderr


def test_a_file_that_is_no_video_ends_it_with_the_nodes_own_words(environ, tmp_path):
    pytest.importorskip("mediapipe", reason="needs MediaPipe: make perceive")
    text = tmp_path / "text.mp4"
    text.write_text("no video")
    command = [sys.executable, "-m", "pianomime", "follow", "--video", str(text)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 2, done.stderr
    assert "is not a video" in done.stderr


def test_without_mediapipe_it_says_what_to_do(environ, tmp_path):
    # A package of that name that cannot be found: what `import` and `find_spec` say where it is not installed.
    hide = "import sys; sys.modules['mediapipe'] = None\n"
    hide += "from pianomime.commands.cli import main; sys.exit(main(['follow']))"
    done = subprocess.run(
        [sys.executable, "-c", hide], env=environ, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "make perceive" in done.stderr
