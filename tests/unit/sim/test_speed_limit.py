"""Targets that move too fast are limited; music passes unchanged."""

import threading

import numpy as np
import pytest

from pianomime.episodes.episode import play_episode
from pianomime.files.songs import bundled_songs
from pianomime_core.hands import FOREARM_DOFS, joint_names, target_names
from pianomime_core.midi_score import load_midi
from pianomime_core.piano_roll import PianoRoll, piano_roll
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.registry import make_controller
from pianomime_sim.command_buffer import CommandBuffer
from pianomime_sim.playback import Playback, PlaybackConfig
from pianomime_sim.scoreboard import Scoreboard
from pianomime_sim.speed_limit import SpeedConfig, SpeedLimit

NAMES = target_names()
WIDE = np.tile([-10.0, 10.0], (len(NAMES), 1))


def begun(config=None, target_range=WIDE) -> SpeedLimit:
    limit = SpeedLimit(NAMES, target_range, config)
    limit.begin(joint_names(), np.zeros(len(joint_names())))
    return limit


def only(name: str, value: float) -> np.ndarray:
    return np.where([other == name for other in NAMES], value, 0.0)


@pytest.mark.parametrize(
    ("name", "furthest"),
    [("rh_forearm_tx", 0.1), ("lh_forearm_tz", 0.02), ("lh_WRJ2", 0.2), ("rh_THJ5", 0.25), ("lh_LFJ5", 0.3),
     ("rh_FFJ4", 0.3), ("rh_MFJ3", 0.35), ("lh_RFJ0", 0.4)],
)  # fmt: skip
def test_a_jump_becomes_steps_of_the_highest_speed(name, furthest):
    config = SpeedConfig(
        forearm_tx_m_s=2.0, forearm_tz_m_s=0.4, wrist_rad_s=4.0, thumb_rad_s=5.0, spread_rad_s=6.0, knuckle_rad_s=7.0,
        curl_rad_s=8.0,
    )  # fmt: skip
    limit = begun(config)
    far = only(name, 2.5 * furthest)
    travelled = [limit.limit(far)[NAMES.index(name)] for _ in range(4)]
    assert travelled == pytest.approx([furthest, 2 * furthest, 2.5 * furthest, 2.5 * furthest])
    assert limit.limited_steps == 2
    assert limit.limited == (name,)


def test_the_other_targets_are_left_alone():
    limit = begun()
    targets = only("rh_forearm_tx", 5.0) + only("lh_MFJ3", 0.7)
    limited = limit.limit(targets)
    assert limited[NAMES.index("rh_forearm_tx")] == pytest.approx(0.05 * SpeedConfig().forearm_tx_m_s)
    assert limited[NAMES.index("lh_MFJ3")] == 0.7


def test_it_begins_where_the_joints_are():
    limit = SpeedLimit(NAMES, WIDE)
    positions = dict.fromkeys(joint_names(), 0.0) | {"rh_FFJ1": 0.4, "rh_FFJ2": 0.5, "lh_forearm_tx": -0.4}
    limit.begin(joint_names(), np.array(list(positions.values())))
    there = only("rh_FFJ0", 0.9) + only("lh_forearm_tx", -0.4)
    assert limit.limit(there) is there
    across = limit.limit(only("lh_forearm_tx", 5.0))
    assert across[NAMES.index("lh_forearm_tx")] == pytest.approx(-0.4 + 0.05 * SpeedConfig().forearm_tx_m_s)


def test_what_the_range_cuts_off_is_no_speed():
    limit = begun(SpeedConfig(forearm_tx_m_s=2.0), np.tile([-0.1, 0.1], (len(NAMES), 1)))
    far = only("rh_forearm_tx", 5.0)
    assert limit.limit(far) is far
    assert limit.limit(-far)[NAMES.index("rh_forearm_tx")] == pytest.approx(0.0)


@pytest.mark.parametrize("variant", FOREARM_DOFS)
def test_every_target_has_a_speed(variant):
    assert all(SpeedConfig().of(name) > 0 for name in target_names(FOREARM_DOFS[variant]))


class Performance:
    """What the recorded targets of a song play through the loop of the node, without its clock."""

    def __init__(self, simulator, rollout, config) -> None:
        commands, board = CommandBuffer(), Scoreboard(len(rollout.goal))
        self.states = []

        def answer(step, state) -> None:
            self.states.append(state)
            if step < len(rollout.goal):
                commands.put(step, rollout.targets[step : step + 1].astype(np.float64))

        self.playback = Playback(simulator, commands, board, config, answer)
        self.playback.run(rollout.initial_joint_positions, len(rollout.goal), threading.Event())
        self.pressed = board.pressed


@pytest.mark.slow
def test_a_song_is_played_to_the_last_bit_as_without_limits():
    scene = SceneConfig()
    roll = piano_roll(load_midi(bundled_songs()["prelude_in_c"]))
    roll = PianoRoll(goal=roll.goal[:200], sustain=roll.sustain[:200])
    simulator = Simulator(scene)
    rollout = play_episode(simulator, make_controller("streaming", scene), roll)
    free = SpeedConfig(**dict.fromkeys(SpeedConfig.__dataclass_fields__, np.inf))
    limited, unlimited = (
        Performance(simulator, rollout, PlaybackConfig(speed=speed)) for speed in (SpeedConfig(), free)
    )
    assert limited.playback.speed_limit.limited_steps == 0
    assert np.array_equal(np.concatenate(limited.playback.targets), rollout.targets)
    assert np.array_equal(limited.pressed, rollout.pressed)
    assert rollout.pressed.any()
    for one, other in zip(limited.states, unlimited.states, strict=True):
        assert np.array_equal(one.joint_positions, other.joint_positions)
        assert np.array_equal(one.key_angles, other.key_angles)


def test_parts_of_a_step_may_use_what_the_step_may_move():
    """A target moves 0.1 m at most within 50 ms, at once or bit by bit."""
    limit = begun(SpeedConfig(forearm_tx_m_s=2.0))
    place = NAMES.index("rh_forearm_tx")

    def limited(*wanted):
        return limit.limit(np.array([only("rh_forearm_tx", target) for target in wanted]))[:, place]

    assert limited(0.1, 0.1, 0.1, 0.1, 0.1) == pytest.approx([0.1] * 5), "at once"
    assert limit.limited_steps == 0
    assert limited(0.12, 0.15, 0.18, 0.2, 0.25) == pytest.approx([0.12, 0.15, 0.18, 0.2, 0.2])
    assert limited(0.25, 0.25, 0.25, 0.35, 0.35) == pytest.approx([0.22, 0.25, 0.25, 0.3, 0.3])
    assert limit.limited_steps == 2, "steps, not parts"
    assert limit.limited == ("rh_forearm_tx",)
    assert limited(0.1, 0.3, 0.1, 0.3, 0.1) == pytest.approx([0.2, 0.3, 0.2, 0.3, 0.2]), "to and fro"
