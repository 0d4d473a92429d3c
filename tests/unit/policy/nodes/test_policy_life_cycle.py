"""policy_node under a life-cycle manager: through the services that `ros2 lifecycle set` calls, from another node."""

import numpy as np
import pytest
import rclpy
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rclpy.executors import SingleThreadedExecutor
from ros_start import start_ros
from sensor_msgs.msg import JointState
from trajectory_msgs.msg import JointTrajectory

from pianomime_core import ros_topics as topics
from pianomime_core.hands import joint_names
from pianomime_core.keyboard import KEY_NAMES
from pianomime_core.ros_messages import goal_message, joint_state, step_of
from pianomime_core.ros_qos import LATCHED, NEWEST
from pianomime_policy.nodes.policy_node import PolicyNode


class Manager:
    """Requests transitions, acts as the simulator, and receives commands."""

    def __init__(self, part: PolicyNode) -> None:
        self.part = part
        self.node = rclpy.create_node("manager")
        self._executor = SingleThreadedExecutor()
        for node in (part.node, self.node):
            self._executor.add_node(node)
        self._change = self.node.create_client(ChangeState, "policy_node/change_state")
        self._state = self.node.create_client(GetState, "policy_node/get_state")
        self.commands, self.starts = [], []
        self.node.create_subscription(JointTrajectory, topics.COMMAND, self.commands.append, NEWEST)
        self.node.create_subscription(JointState, topics.START, self.starts.append, LATCHED)
        self._hands = self.node.create_publisher(JointState, topics.HAND_STATES, NEWEST)
        self._keys = self.node.create_publisher(JointState, topics.KEY_STATES, NEWEST)
        self._goal = self.node.create_publisher(JointTrajectory, topics.GOAL, NEWEST)

    def until(self, is_so, rounds: int = 200) -> bool:
        for _ in range(rounds):
            if is_so():
                return True
            self._executor.spin_once(timeout_sec=0.02)
        return is_so()

    def ask(self, transition: int) -> bool:
        return self._call(self._change, ChangeState.Request(transition=Transition(id=transition))).success

    def state(self) -> str:
        return self._call(self._state, GetState.Request()).current_state.label

    def show(self, step: int) -> None:
        names = self.joints
        self._keys.publish(joint_state(KEY_NAMES, np.zeros(88), np.zeros(88), step=step))
        self._hands.publish(joint_state(names, np.zeros(len(names)), np.zeros(len(names)), step=step))
        self._goal.publish(goal_message(np.zeros((40, 88), dtype=bool), np.zeros(40, dtype=bool), step=step))

    def answers(self, step: int, rounds: int = 200) -> bool:
        """Return True if a repeated state is answered."""

        def answered() -> bool:
            self.show(step)
            return any(step_of(command.header.stamp) == step for command in self.commands)

        return self.until(answered, rounds)

    def _call(self, client, request):
        assert self.until(client.service_is_ready)
        future = client.call_async(request)
        assert self.until(future.done)
        return future.result()


@pytest.fixture
def manager():
    start_ros(controller="idle", autostart="false")
    part = PolicyNode()
    manager = Manager(part)
    assert manager.ask(Transition.TRANSITION_CONFIGURE)
    manager.joints = joint_names()
    yield manager
    part.node.destroy_node()
    rclpy.try_shutdown()


@pytest.mark.parametrize(
    ("shutdown", "active"),
    [(Transition.TRANSITION_ACTIVE_SHUTDOWN, True), (Transition.TRANSITION_INACTIVE_SHUTDOWN, False)],
)
def test_a_node_that_is_shut_down_drives_no_hand(manager, shutdown, active, capfd):
    if active:
        assert manager.ask(Transition.TRANSITION_ACTIVATE)
        assert manager.answers(0)
    assert manager.ask(shutdown)
    assert ("no longer commands the hands" in capfd.readouterr().err) == active
    assert manager.state() == "finalized"
    assert not manager.answers(1, rounds=10)
    # Nobody of it is left to do so.
    node = manager.part.node
    ours = {f"/{name}" for name in (topics.COMMAND, topics.START, topics.HAND_STATES, topics.GOAL)}
    assert not ours & {end.topic_name for end in (*node.publishers, *node.subscriptions)}


def test_an_inactive_node_leaves_nothing_latched_and_comes_back(manager):
    assert manager.ask(Transition.TRANSITION_ACTIVATE)
    assert manager.answers(0)
    assert manager.ask(Transition.TRANSITION_DEACTIVATE)
    assert not manager.answers(1, rounds=10)
    late = []
    manager.node.create_subscription(JointState, topics.START, late.append, LATCHED)
    manager.until(lambda: late, rounds=20)
    assert late == []
    assert manager.ask(Transition.TRANSITION_ACTIVATE)
    assert manager.answers(2)


def test_a_transition_that_fails_leaves_nothing_half_done(manager):
    assert manager.ask(Transition.TRANSITION_ACTIVATE)
    assert manager.answers(0)
    manager.part.disconnect = lambda: 1 / 0
    assert not manager.ask(Transition.TRANSITION_DEACTIVATE)
    assert manager.state() == "unconfigured", "what on_error makes of it"
    assert not manager.answers(1, rounds=10)
    del manager.part.disconnect
    assert manager.ask(Transition.TRANSITION_CONFIGURE)
    assert manager.ask(Transition.TRANSITION_ACTIVATE)
    assert manager.answers(2)
