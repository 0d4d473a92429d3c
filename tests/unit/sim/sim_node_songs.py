"""A short song, and what a policy and a song source send to sim_node for it."""

import functools
import time

import numpy as np
from node_ports import deliver, ring

from pianomime_core import ros_topics as topics
from pianomime_core.hands import joint_names, target_names
from pianomime_core.ros_messages import goal_message, joint_state, step_of
from pianomime_core.ros_status_messages import read_status
from pianomime_physics.simulator import Simulator
from pianomime_sim.sim_node import END_PERIOD_S

STEPS = 8
SILENT = np.zeros(STEPS, dtype=bool)
JOINTS, TARGETS = joint_names(), target_names()


@functools.cache
def commands():
    """Targets of each step; the fingers sink onto the keys."""
    lowest, highest = Simulator().target_range.T
    return [np.clip(0.05 * step * (highest - lowest), lowest, highest) for step in range(STEPS)]


def goal():
    rows = np.zeros((STEPS, 88), dtype=bool)
    rows[2:6, 40] = True
    return rows


def give_song(sim, sustain=SILENT) -> None:
    deliver(sim.node, topics.SONG, goal_message(goal(), sustain, step=0))


def give_start(sim, positions=None, step=0) -> None:
    positions = np.zeros(54) if positions is None else positions
    deliver(sim.node, topics.START, joint_state(JOINTS, positions, step=step))


def is_playing(published) -> bool:
    return bool(read_status(published.on(topics.TRANSPORT)[-1], "transport")["playing"])


def begin(sim, published, answer) -> None:
    published.answer(topics.HAND_STATES, answer)
    give_song(sim)
    assert not is_playing(published), "nobody knows yet where the hands begin"
    give_start(sim)


def play_to_the_end(sim) -> None:
    deadline_s = time.monotonic() + 60
    while not sim.finished:
        ring(sim.node, END_PERIOD_S)
        assert time.monotonic() < deadline_s


def answering(sim, chosen):
    def answer(message) -> None:
        step = step_of(message.header.stamp)
        if step < STEPS:
            rest = STEPS - step
            deliver(sim.node, topics.GOAL, goal_message(goal()[step:], np.zeros(rest, dtype=bool), step=step))
            deliver(sim.node, topics.COMMAND, chosen(step))

    return answer


def told_steps(published) -> list[int]:
    return [step_of(message.header.stamp) for message in published.on(topics.HAND_STATES)]
