"""Pause and restart of a real graph do not change how the song is played."""

import time
from contextlib import contextmanager

import numpy as np
import pytest
from performances import PATIENCE_S, Performance, own_domain

from pianomime_core.midi_score import save_midi
from pianomime_core.notes import Note, Score
from pianomime_core.rollout import Rollout
from pianomime_core.ros_environment import complete_ros_environment


@pytest.fixture
def environ(tmp_path):
    return own_domain(tmp_path)


@pytest.fixture
def song(tmp_path):
    """Fifteen seconds."""
    notes = tuple(Note(60 + k % 12, 0.5 * k, 0.5 * k + 0.4, 80) for k in range(30))
    save_midi(Score(notes=notes, sustain=(), title=""), tmp_path / "scale.mid")
    return tmp_path / "scale.mid"


class Buttons:
    """A node with the buttons of a viewer, and the step of the newest state."""

    def __init__(self, node) -> None:
        from sensor_msgs.msg import JointState

        from pianomime_core.ros_messages import step_of
        from pianomime_core.ros_qos import NEWEST
        from pianomime_sim.ros_playback_control import PlaybackControlClient

        self.steps = []
        self.views = []
        node.create_subscription(
            JointState, "/hands/joint_states", lambda m: self.steps.append(step_of(m.header.stamp)), NEWEST
        )
        self.client = PlaybackControlClient(node, self.views.append)

    def wait_for(self, condition) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline_s, (self.steps[-5:], self.views)
            time.sleep(0.01)


@contextmanager
def buttons(environ):
    from pianomime_core.ros_background import BackgroundNode

    complete_ros_environment()
    hand = BackgroundNode("buttons", int(environ["ROS_DOMAIN_ID"]))
    part = Buttons(hand.node)
    hand.start()
    try:
        yield part
    finally:
        hand.close()


@pytest.mark.slow
def test_a_song_begun_again_after_a_pause_is_the_song(environ, song, tmp_path):
    straight, again = tmp_path / "straight.npz", tmp_path / "again.npz"
    with buttons(environ) as hand:
        for file in (straight, again):
            hand.steps.clear()
            performance = Performance(environ, song, "--sync", "--controller", "streaming", "--rollout", file)
            try:
                if file == again:
                    hand.wait_for(lambda: hand.views and hand.views[-1].speed is None)
                    hand.wait_for(lambda: hand.steps and hand.steps[-1] >= 10)
                    hand.client.pause(True)
                    hand.wait_for(lambda: hand.views[-1].paused)
                    hand.client.restart()
                    hand.wait_for(lambda: not hand.views[-1].paused)
                code, _, said = performance.end()
            finally:
                performance.kill()
            assert code == 0, said
    one, other = Rollout.load(straight), Rollout.load(again)
    assert np.array_equal(one.targets, other.targets)
    assert np.array_equal(one.pressed, other.pressed)
    assert one.metadata["scores"] == other.metadata["scores"]


@pytest.mark.slow
def test_in_real_time_a_pause_lifts_no_hand_and_half_speed_is_slower(environ, song, tmp_path):
    file = tmp_path / "played.npz"
    with buttons(environ) as hand:
        performance = Performance(environ, song, "--controller", "streaming", "--rollout", file)
        try:
            hand.wait_for(lambda: hand.steps and hand.steps[-1] >= 20)
            hand.client.pause(True)
            hand.wait_for(lambda: hand.views[-1].paused)
            time.sleep(1.5)
            assert len(set(hand.steps[-4:])) == 1, "the state stands, and is said again"
            hand.client.set_speed(0.5)
            hand.wait_for(lambda: hand.views[-1].speed == 0.5)
            hand.client.pause(False)
            begin_s, first = time.monotonic(), hand.steps[-1]
            hand.wait_for(lambda: hand.steps[-1] >= first + 20)
            # At full speed 20 steps are 1 s; a machine under load may only take longer.
            assert time.monotonic() - begin_s > 1.5
            hand.client.set_speed(1.0)
            code, _, said = performance.end()
        finally:
            performance.kill()
    assert code == 0, said
    # Its command came during the pause, however slow the machine.
    assert first not in Rollout.load(file).metadata["missed_steps"]
