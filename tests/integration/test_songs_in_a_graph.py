"""Several songs in one running graph, by parameter and services: each as if it were the only one."""

from contextlib import closing

from diagnostic_msgs.msg import DiagnosticArray
from outsider import Outsider
from performances import own_domain
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from robots import Robot, scale, score_alone
from sensor_msgs.msg import JointState
from std_srvs.srv import Trigger

from pianomime_core import ros_topics as topics
from pianomime_core.metrics import score
from pianomime_core.rollout import Rollout
from pianomime_core.ros_messages import step_of
from pianomime_core.ros_qos import LATCHED, NEWEST
from pianomime_core.ros_status_messages import read_status


class Listener(Outsider):
    """Chooses songs, has them played and hears how they go."""

    def __init__(self, domain: int) -> None:
        super().__init__("listener", domain)
        self.score, self.transport, self.step = {}, {}, -1
        node = self.node
        node.create_subscription(DiagnosticArray, topics.SCORE, self._on_score, LATCHED)
        node.create_subscription(DiagnosticArray, topics.TRANSPORT, self._on_transport, LATCHED)
        node.create_subscription(JointState, topics.HAND_STATES, self._on_state, NEWEST)
        self._parameters = node.create_client(SetParameters, "midi_node/set_parameters")
        self._triggers = {
            name: node.create_client(Trigger, name) for name in (topics.PLAY, topics.STOP, topics.RESTART)
        }

    def _on_score(self, message) -> None:
        self.score = read_status(message, "score")

    def _on_transport(self, message) -> None:
        self.transport = read_status(message, "transport")

    def _on_state(self, message) -> None:
        self.step = step_of(message.header.stamp)

    def call(self, client, request):
        self.until(client.service_is_ready)
        future = client.call_async(request)
        self.until(future.done)
        return future.result()

    def trigger(self, name: str):
        return self.call(self._triggers[name], Trigger.Request())

    def choose(self, song) -> str:
        """Why not, or an empty text."""
        parameter = Parameter("midi", value=str(song)).to_parameter_msg()
        [result] = self.call(self._parameters, SetParameters.Request(parameters=[parameter])).results
        return "" if result.successful else result.reason

    def wait_for_end(self) -> dict[str, float]:
        def is_over() -> bool:
            return self.transport.get("playing") == 0 and self.score.get("finished") == 1

        self.until(is_over, lambda: f"{self.transport} {self.score}")
        said, self.score = self.score, {}
        return said

    def play(self) -> None:
        """Once midi_node, too, has heard that the song before is over."""
        self.until(lambda: self.trigger(topics.PLAY).success)


def figures(scores) -> tuple[float, float]:
    return scores["f1"], scores["onset_f1"]


def test_songs_follow_one_another_and_one_is_cancelled(tmp_path):
    environ = own_domain(tmp_path)
    low = scale(tmp_path, "low", lowest=40, notes=6)
    high = scale(tmp_path, "high", lowest=64, notes=8)
    with (
        closing(Robot(environ, "", low, stay=True, rollout=tmp_path / "played.npz")) as robot,
        closing(Listener(int(environ["ROS_DOMAIN_ID"]))) as listener,
    ):
        first = listener.wait_for_end()
        refused = listener.choose(tmp_path / "nowhere.mid"), listener.choose("no_such_song")
        listener.play()
        twice = listener.wait_for_end()
        listener.until(lambda: listener.choose(high) == "")
        listener.play()
        third = listener.wait_for_end()
        again = listener.trigger(topics.RESTART)
        assert again.success, again.message
        repeated = listener.wait_for_end()

        # A bundled song, by its name.
        listener.until(lambda: listener.choose("minuet_in_g") == "")
        listener.step = -1
        listener.play()
        listener.until(lambda: 10 <= listener.step < 400 and listener.transport.get("playing") == 1)
        busy = listener.trigger(topics.PLAY), listener.choose(low)
        assert listener.trigger(topics.STOP).success
        cancelled = listener.wait_for_end()
        assert not listener.trigger(topics.STOP).success
        listener.until(lambda: listener.choose(high) == "")
        listener.play()
        last = listener.wait_for_end()
        assert robot.sim.poll() is None
    one, other = figures(score_alone(low)), figures(score_alone(high))
    assert [figures(scores) for scores in (first, twice)] == [one, one]
    assert [figures(scores) for scores in (third, repeated, last)] == [other] * 3
    assert "nowhere.mid" in refused[0]
    assert "no_such_song" in refused[1]
    assert not busy[0].success
    assert "is being played" in busy[0].message
    assert "is being played" in busy[1]
    # The score so far, of the song that was cancelled, and of nothing else.
    assert 10 <= cancelled["step"] < cancelled["steps"]
    files = sorted(tmp_path.glob("played*.npz"))
    assert [file.name for file in files] == ["played-2.npz", *(f"played-{k}.npz" for k in (3, 4, 5, 6)), "played.npz"]
    part = Rollout.load(tmp_path / "played-5.npz")
    assert len(part.goal) == cancelled["step"] == cancelled["frames"]
    assert score(part.goal, part.pressed).f1 == cancelled["f1"]
