"""The playback control of sim_node: by services and its parameter, and restarting a song."""

import time

import numpy as np
import pytest
from node_ports import call, deliver, ring, subscriber, wait_for
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import JointState
from std_srvs.srv import SetBool, Trigger

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UserError
from pianomime_core.hands import joint_names, target_names
from pianomime_core.keyboard import KEY_NAMES
from pianomime_core.rollout import Rollout
from pianomime_core.ros_messages import goal_message, joint_state, step_of, targets_message
from pianomime_sim.ros_playback_control import PlaybackControlClient, PlaybackControlServer, read_playback_status
from pianomime_sim.sim_node import END_PERIOD_S, SimNode
from pianomime_sim.viewers.base import PlaybackStatus

STEPS = 8
PATIENCE_S = 60.0


class Desk:
    """A simulator's server, and somebody else with buttons."""

    def __init__(self, ours: Node, theirs: Node, *, sync=False, live=False) -> None:
        self.shown, self.restarts, self.stops, self.refusal = [], 0, 0, ""
        self.ours, self.theirs = ours, theirs
        self.server = PlaybackControlServer(self.ours, self.restart, self.stop)
        self.server.offer(sync=sync, live=live)
        self.client = PlaybackControlClient(self.theirs, self.shown.append)
        self.executor = SingleThreadedExecutor()
        for node in (self.ours, self.theirs):
            self.executor.add_node(node)

    def restart(self) -> str:
        self.restarts += 1
        return self.refusal

    def stop(self) -> str:
        self.stops += 1
        return self.refusal

    def until(self, condition) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline_s, self.shown
            self.executor.spin_once(timeout_sec=0.05)


@pytest.fixture
def start_desk(ros):
    """Make a desk; its nodes go with the test."""
    nodes = []

    def start(name="sim_node", **mode) -> Desk:
        nodes.extend((Node(name), Node("buttons")))
        return Desk(*nodes, **mode)

    yield start
    for node in nodes:
        node.destroy_node()


def test_buttons_move_the_transport_and_everybody_is_told(ros, start_desk):
    ros()
    desk = start_desk()
    desk.until(lambda: desk.shown == [PlaybackStatus(paused=False, speed=1.0)])
    desk.until(lambda: all(c.service_is_ready() for c in desk.theirs.clients))
    desk.client.pause(True)
    desk.until(lambda: desk.shown[-1].paused)
    assert desk.server.control.paused
    desk.client.set_speed(0.5)
    desk.until(lambda: desk.shown[-1].speed == 0.5)
    assert desk.server.control.speed == 0.5
    desk.client.restart()
    desk.client.pause(False)
    desk.until(lambda: not desk.shown[-1].paused)
    desk.until(lambda: desk.restarts == 1)


@pytest.mark.parametrize("words", [(), ("-r", "__ns:=/left")])
def test_the_simulator_may_be_called_anything(ros, start_desk, words):
    ros(*words)
    desk = start_desk(name="my_robot")
    desk.until(lambda: desk.shown)

    def is_slow() -> bool:
        desk.client.set_speed(0.5)
        return desk.shown[-1].speed == 0.5

    desk.until(is_slow)


def test_a_song_is_stopped_on_request(ros, start_desk):
    ros()
    desk = start_desk()
    client = desk.theirs.create_client(Trigger, "piano/stop")
    desk.until(client.service_is_ready)
    for desk.refusal, success in (("", True), ("no song is being played", False)):
        future = client.call_async(Trigger.Request())
        desk.until(future.done)
        assert (future.result().success, future.result().message) == (success, desk.refusal)
    assert desk.stops == 2


def test_a_speed_out_of_range_changes_nothing(ros, start_desk):
    ros()
    desk = start_desk()
    desk.until(lambda: desk.shown and all(c.service_is_ready() for c in desk.theirs.clients))
    desk.client.set_speed(2.0)
    desk.client.pause(True)
    desk.until(lambda: desk.shown[-1].paused)
    assert desk.server.control.speed == 1.0


def test_who_waits_for_commands_has_no_speed(ros, start_desk):
    ros()
    desk = start_desk(sync=True)
    desk.until(lambda: desk.shown == [PlaybackStatus(paused=False, speed=None)])


def test_live_music_has_neither_services_nor_topic(ros, start_desk):
    ros()
    desk = start_desk(live=True)
    names = {name for name, _ in desk.ours.get_service_names_and_types_by_node("sim_node", "/")}
    assert not names & {"/piano/pause", "/piano/restart"}
    assert "/piano/transport" not in {publisher.topic_name for publisher in desk.ours.publishers}


@pytest.mark.parametrize(("mode", "why"), [({"sync": True}, "sync"), ({"live": True}, "live music")])
def test_a_speed_where_there_can_be_none_is_refused(ros, start_desk, mode, why):
    ros(speed=0.5)
    with pytest.raises(UserError, match=f"speed = 0.5: .*{why}"):
        start_desk(**mode)


def test_a_speed_at_start_out_of_range_is_refused(ros, start_desk):
    ros(speed=1.5)
    with pytest.raises(UserError, match="speed"):
        start_desk()


@pytest.fixture
def sim(ros, published, tmp_path):
    ros(sync="true", takes_over="true", rollout=tmp_path / "played.npz")
    part = SimNode()
    yield part
    part.close()
    part.node.destroy_node()


def goal() -> np.ndarray:
    rows = np.zeros((STEPS, 88), dtype=bool)
    rows[2:6, 40] = True
    return rows


def begin(sim, published, answer, positions=None, step: int = 0) -> None:
    positions = np.full(54, 0.01) if positions is None else positions
    published.answer(topics.HAND_STATES, answer)
    deliver(sim.node, topics.SONG, goal_message(goal(), np.zeros(STEPS, dtype=bool), step=0))
    deliver(sim.node, topics.START, joint_state(joint_names(), positions, step=step))


def command(sim, step: int, target: float) -> None:
    deliver(sim.node, topics.COMMAND, targets_message(target_names(), np.full(46, target), step=step))


def restart(sim) -> str:
    """Why the song cannot be restarted; empty if it is."""
    response = call(sim.node, topics.RESTART, Trigger.Request())
    assert response.success == (not response.message)
    return response.message


def told_steps(published) -> list[int]:
    return [step_of(message.header.stamp) for message in published.on(topics.HAND_STATES)]


def test_a_song_begun_again_is_played_and_scored_from_step_0(sim, published, tmp_path):
    limit = [4]

    def answer(message) -> None:
        step = step_of(message.header.stamp)
        if step < limit[0]:
            command(sim, step, 0.001 * step)

    assert restart(sim) == "the song is not being played"
    begin(sim, published, answer)
    wait_for(lambda: 4 in told_steps(published))
    assert call(sim.node, topics.PAUSE, SetBool.Request(data=True)).message == "paused"
    limit[0] = STEPS
    assert restart(sim) == ""
    assert not read_playback_status(published.on(topics.TRANSPORT)[-1]).paused
    # An answer to a state of before, still on its way: were it taken, those to come would be older than it.
    command(sim, STEPS + 20, 0.3)
    deadline_s = time.monotonic() + PATIENCE_S
    while not sim.finished:
        ring(sim.node, END_PERIOD_S)
        assert time.monotonic() < deadline_s
    steps = told_steps(published)
    assert steps[-STEPS - 1 :] == list(range(STEPS + 1))
    assert 4 in steps[: -STEPS - 1]
    played = Rollout.load(tmp_path / "played.npz")
    assert np.array_equal(played.goal, goal())
    assert played.targets[:, 0] == pytest.approx(0.001 * np.arange(STEPS))
    assert np.array_equal(played.initial_joint_positions, np.full(54, 0.01))
    assert restart(sim) == "the song is not being played"


def test_who_took_over_in_the_middle_cannot_begin_again(sim, published):
    begin(sim, published, lambda message: None, np.zeros(54), step=3)
    assert "took over at step 3" in restart(sim)


def test_keys_held_before_are_let_go_by_those_who_listen(sim, published):
    def answer(message) -> None:
        if step_of(message.header.stamp) == 0:
            command(sim, 0, 0.0)

    with subscriber(sim.node, JointState, topics.KEY_EVENTS):
        begin(sim, published, answer)
        wait_for(lambda: told_steps(published).count(1) == 1)
        assert restart(sim) == ""
        wait_for(lambda: told_steps(published).count(1) == 2)
    assert [len(message.name) for message in published.on(topics.KEY_EVENTS)] == [len(KEY_NAMES) + 1] * 2
