"""The words and numbers in which a simulator reports a performance on /diagnostics."""

import pytest

from pianomime_physics.simulator import Simulator
from pianomime_sim import ros_health
from pianomime_sim.command_buffer import CommandBuffer
from pianomime_sim.playback import Playback, PlaybackConfig
from pianomime_sim.scoreboard import Scoreboard

STEPS = 8


@pytest.fixture
def board() -> Scoreboard:
    return Scoreboard(STEPS)


@pytest.fixture
def playback(board) -> Playback:
    return Playback(Simulator(), CommandBuffer(), board, PlaybackConfig(), lambda step, state: None)


def test_all_is_well(board, playback):
    health = ros_health.playing(board, playback, refused=0)
    assert (health.step, health.text, health.warnings) == (0, "playing", ())


@pytest.mark.parametrize(("lifting", "word"), [(False, "held"), (True, "lifted")])
def test_late_commands_are_told(board, playback, lifting, word):
    playback.missed_steps.append(3)
    playback.stale_s, playback.lifting = 0.75, lifting
    health = ros_health.playing(board, playback, refused=0)
    assert health.warnings == ("1 missed deadlines", f"no command for 0.75 s: hands {word}")
    assert (health.values["missed_deadlines"], health.values["stale_s"]) == (1, 0.75)


def test_refused_messages_and_conflicts_are_told_before_the_song_and_in_it(board, playback):
    conflict = "/hands/command is also published by /stranger"
    for health in (ros_health.waiting(2, (conflict,)), ros_health.playing(board, playback, 2, (conflict,))):
        assert health.warnings == ("2 messages refused", conflict)
        assert health.values["refused_messages"] == 2
