"""`pianomime/Piano-v0`: Gymnasium's own checks, and the same numbers as `play_episode`."""

import subprocess
import sys
from pathlib import Path

import gymnasium
import numpy as np
import pytest
from command_examples import write_midi
from gymnasium.utils.env_checker import check_env
from seen_demonstration import demonstration

import pianomime as pm
from pianomime.gym import PIANOMIME, PianoEnv, RewardConfig
from pianomime_core.hands import target_names

NAME = "pianomime/Piano-v0"


@pytest.fixture(scope="module")
def tune(tmp_path_factory) -> Path:
    """Two notes in half a second."""
    return write_midi(tmp_path_factory.mktemp("tune") / "tune.mid", (0.0, 0.2, 60), (0.25, 0.5, 64))


def play(env, action=None) -> tuple[list[float], list[dict], dict]:
    rewards, infos = [], []
    terminated = False
    while not terminated:
        _, reward, terminated, truncated, info = env.step(env.action_space.sample() if action is None else action)
        assert not truncated
        rewards.append(reward)
        infos.append(info)
    return rewards, infos, infos[-1]["score"]


@pytest.mark.filterwarnings("ignore:.*Box")
@pytest.mark.parametrize("nominal", [None, "idle"])
def test_gymnasium_accepts_it(tune, nominal):
    env = gymnasium.make(NAME, song=str(tune), nominal=nominal)
    check_env(env.unwrapped)
    assert env.unwrapped.action_space.shape == ((47,) if nominal is None else (46,))


def test_spaces_are_the_robots(tune):
    env = PianoEnv(tune, horizon_steps=4)
    low, high = env.simulator.target_range.T
    assert np.array_equal(env.action_space.low, np.float32([*low, 0]))
    assert np.array_equal(env.action_space.high, np.float32([*high, 1]))
    shapes = {name: space.shape for name, space in env.observation_space.items()}
    assert shapes["goal"] == (4, 88)
    assert shapes["joint_positions"] == (54,)
    thumb = env.simulator.joint_names.index("rh_THJ1")
    assert env.observation_space["joint_positions"].high[thumb] == pytest.approx(1.5708)
    residual = PianoEnv(tune, nominal="idle", residual_share=0.1, variant="robopianist")
    assert residual.action_space.shape == (44,)
    wrist = residual.simulator.target_names.index("rh_WRJ1")
    assert residual.action_space.high[wrist] == pytest.approx(0.1 * (0.488692 + 0.698132))
    assert "nominal_targets" in residual.observation_space.spaces


def test_doing_nothing_about_the_planner_is_what_the_planner_plays(tune):
    env = gymnasium.make(NAME, song=str(tune), nominal="planner")
    env.reset(seed=0)
    rewards, _, score = play(env, np.zeros(46, dtype=np.float32))
    truth = pm.play_episode(pm.Simulator(), pm.make_controller("planner"), pm.load_song(tune))
    ours = env.unwrapped.rollout()
    assert np.array_equal(ours.targets, truth.rollout.targets)
    assert np.array_equal(ours.pressed, truth.rollout.pressed)
    assert np.array_equal(ours.pedal, truth.rollout.pedal)
    assert score == truth.score.as_dict()
    assert len(rewards) == truth.score.frames
    assert 1.9 < np.mean(rewards) <= 2.5
    env.reset(seed=0)
    assert play(env, np.zeros(46, dtype=np.float32))[0] == rewards


def test_what_is_seen_is_the_goal_and_the_state(tune):
    env = PianoEnv(tune, horizon_steps=6)
    seen, _ = env.reset(seed=0)
    goal = pm.piano_roll(pm.load_song(tune)).goal
    assert np.array_equal(seen["goal"], goal[:6])
    assert not seen["joint_positions"][np.array([name.endswith("FFJ3") for name in env.simulator.joint_names])].any()
    targets = np.zeros(47, dtype=np.float32)
    targets[target_names().index("rh_FFJ3")], targets[-1] = 1.0, 0.7
    seen, _, _, _, _ = env.step(targets)
    assert np.array_equal(seen["goal"], goal[1:7])
    assert seen["pedal"] == [1]
    assert seen["joint_positions"][env.simulator.joint_names.index("rh_FFJ3")] > 0.1
    assert seen["joint_velocities"][env.simulator.joint_names.index("rh_FFJ3")] > 0.1


def test_a_seed_gives_the_same_episode_again_and_another_one_another(tune):
    env = PianoEnv(tune, hand_offset_m=0.05)

    def episode(seed: int) -> tuple[np.ndarray, list[float]]:
        seen, _ = env.reset(seed=seed)
        env.action_space.seed(seed)
        return seen["joint_positions"], play(env)[0]

    (begun, rewards), (begun_again, rewards_again), (begun_else, _) = episode(3), episode(3), episode(4)
    assert np.array_equal(begun, begun_again)
    assert rewards == rewards_again
    assert not np.array_equal(begun, begun_else)
    slide = env.simulator.joint_names.index("rh_forearm_tx")
    assert 0 < abs(begun[slide]) <= 0.05


def test_random_actions_play_the_same_when_replayed(tune, tmp_path):
    env = PianoEnv(tune)
    env.reset(seed=0)
    env.action_space.seed(0)
    play(env)
    env.rollout().save(tmp_path / "random.npz")
    again = pm.Rollout.load(tmp_path / "random.npz")
    simulator = pm.Simulator()
    simulator.reset(again.initial_joint_positions)
    assert np.array_equal([simulator.step(row).key_pressed for row in again.targets], again.pressed)


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_many_at_a_time(tune, mode):
    envs = gymnasium.make_vec(NAME, num_envs=2, vectorization_mode=mode, song=str(tune))
    seen, _ = envs.reset(seed=1)
    assert seen["goal"].shape == (2, 11, 88)
    for _ in range(12):
        seen, rewards, _, _, _ = envs.step(envs.action_space.sample())
    assert rewards.shape == (2,)
    envs.close()


def test_terms_add_up_to_the_reward_and_weights_leave_some_out(tune):
    env = PianoEnv(tune, reward=RewardConfig(energy=0.0, forearm=0.0))
    env.reset(seed=0)
    rewards, infos, _ = play(env)
    assert [sum(info["reward_terms"].values()) for info in infos] == rewards
    assert set(infos[0]["reward_terms"]) == {"key_press", "sustain"}


def test_forearms_that_touch_cost(tune):
    env = PianoEnv(tune, hand_collisions=True)
    env.reset(seed=0)
    [wide] = {info["reward_terms"]["forearm"] for info in play(env, np.zeros(47, dtype=np.float32))[1]}
    assert wide == 0.5
    env.reset(seed=0)
    together = np.zeros(47, dtype=np.float32)
    together[target_names().index("rh_forearm_tx")], together[target_names().index("lh_forearm_tx")] = -0.4, 0.4
    assert play(env, together)[1][-1]["reward_terms"]["forearm"] == 0


def test_the_pianists_fingertips_are_mimicked(tmp_path):
    demonstration().save(tmp_path / "seen.npz")
    env = gymnasium.make(NAME, song=tmp_path / "seen.npz", nominal="demo", reward=PIANOMIME)
    env.reset(seed=0)
    mimicking = [info["reward_terms"]["fingertips"] for info in play(env, np.zeros(46, dtype=np.float32))[1]]
    far = PianoEnv(tmp_path / "seen.npz", reward=PIANOMIME)
    far.reset(seed=0)
    resting = [info["reward_terms"]["fingertips"] for info in play(far, np.zeros(47, dtype=np.float32))[1]]
    assert np.mean(mimicking[:-1]) > np.mean(resting[:-1])
    assert mimicking[-1] == 0


def test_bad_input_is_named(tune):
    with pytest.raises(pm.UserError, match="'no_song'"):
        gymnasium.make(NAME, song="no_song")
    with pytest.raises(pm.UserError, match="'plannr'"):
        PianoEnv(tune, nominal="plannr")
    with pytest.raises(pm.UserError, match="horizon_steps is 0"):
        PianoEnv(tune, horizon_steps=0)
    with pytest.raises(pm.UserError, match="is no demonstration"):
        PianoEnv(tune, reward=PIANOMIME)
    env = PianoEnv(tune)
    env.reset()
    play(env)
    with pytest.raises(RuntimeError, match="call reset"):
        env.step(env.action_space.sample())


def test_without_gymnasium_one_line_says_what_to_install():
    script = "import sys; sys.modules['gymnasium'] = None; import pianomime.gym"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stderr.splitlines()[-1].startswith("ImportError: pianomime.gym needs gymnasium")
    assert '"pianomime[gym]"' in done.stderr.splitlines()[-1]
