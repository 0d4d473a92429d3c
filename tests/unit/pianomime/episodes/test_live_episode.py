"""Live music in one process: what is known step by step is played as a file is."""

import numpy as np
import pytest

from pianomime.episodes.episode import play_episode
from pianomime.episodes.live_episode import play_live_episode
from pianomime.files.songs import bundled_songs
from pianomime_core.goal_window import GoalRows, roll_window
from pianomime_core.piano_roll import PianoRoll, piano_roll
from pianomime_core.song_file import load_song
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.registry import make_controller
from pianomime_sim.scoreboard import Scoreboard

STEPS = 60


@pytest.fixture(scope="module")
def roll() -> PianoRoll:
    whole = piano_roll(load_song(bundled_songs()["twinkle"]))
    return PianoRoll(whole.goal[:STEPS], whole.sustain[:STEPS], whole.velocity[:STEPS])


def test_the_windows_of_a_file_are_played_as_the_file(roll: PianoRoll) -> None:
    controller, scoreboard = make_controller("streaming", SceneConfig()), Scoreboard(1000, trim=True)

    def window(step: int) -> GoalRows:
        return roll_window(roll, step, controller.horizon_steps)

    played = play_live_episode(
        Simulator(), controller, window, scoreboard, lambda step, *_: step == STEPS - 1, "streaming"
    )
    truth = play_episode(Simulator(), make_controller("streaming", SceneConfig()), roll, controller_name="streaming")
    for name in ("goal", "targets", "pressed", "goal_pedal", "pedal"):
        assert np.array_equal(getattr(played, name), getattr(truth, name)), name


def test_silence_around_the_music_is_not_scored(roll: PianoRoll) -> None:
    """Idle hands press nothing: every silent frame would be a perfect one."""
    controller, scoreboard = make_controller("idle", SceneConfig()), Scoreboard(1000, trim=True)
    silence = np.zeros((20, 88), dtype=np.bool_)
    padded = np.concatenate([silence, roll.goal, silence])
    whole = PianoRoll(padded, np.zeros(len(padded), dtype=np.bool_))
    played = play_live_episode(
        Simulator(),
        controller,
        lambda step: roll_window(whole, step, 4),
        scoreboard,
        lambda step, *_: step == len(padded) - 1,
    )
    assert len(played.goal) == len(padded)
    sounding = np.flatnonzero(roll.goal.any(axis=1))
    assert played.metadata["scores"]["frames"] == sounding[-1] + 1 - sounding[0]


def test_a_session_without_a_key_is_no_rollout() -> None:
    empty = PianoRoll(np.zeros((10, 88), dtype=np.bool_), np.zeros(10, dtype=np.bool_))
    controller = make_controller("idle", SceneConfig())
    scoreboard = Scoreboard(10, trim=True)
    assert (
        play_live_episode(
            Simulator(), controller, lambda step: roll_window(empty, step, 4), scoreboard, lambda *_: None
        )
        is None
    )
