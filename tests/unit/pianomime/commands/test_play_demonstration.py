"""`pianomime play --controller demo` and `evaluate` of demonstrations."""

import json
import math
from dataclasses import replace
from pathlib import Path

import mujoco
import numpy as np
import pytest
from command_examples import Command
from fake_launch import Node, described, start
from seen_demonstration import demonstration

from pianomime.files.songs import share_directory
from pianomime.graph.graph_options import PlayOptions
from pianomime.graph.node_table import node_table
from pianomime.reports.likeness import likeness, played_fingertips_m
from pianomime_core.errors import UserError
from pianomime_core.hands import FINGERS, SIDES
from pianomime_core.rollout import Rollout
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    path = tmp_path / "clip.npz"
    demonstration().save(path)
    return path


def test_a_demonstration_is_played_and_measured(pianomime: Command, demo: Path, tmp_path: Path) -> None:
    played = tmp_path / "played.npz"
    result = pianomime("play", "--no-ros", "--controller", "demo", "--demo", demo, "--rollout", played)
    assert result.code == 0
    assert "clip, demo" in result.out
    row = next(line for line in result.out.splitlines() if "mm from human" in line)
    shown_mm = float(row.split("│")[2])
    rollout = Rollout.load(played)
    tips = played_fingertips_m(rollout, Simulator(SceneConfig()))
    human = demonstration().points_m[:, 0, 1:, :2]
    by_hand = np.mean([math.dist(tips[t, 0, f, :2], human[t + 1, f]) for t in range(7) for f in range(5)])
    assert shown_mm == pytest.approx(1e3 * by_hand, abs=0.06)


def test_a_demonstration_is_not_played_in_time(pianomime: Command, demo: Path) -> None:
    played = pianomime("play", "--controller", "demo", "--demo", demo, "--setting", "musical")
    played.refuses("'demo' does not play in the setting 'musical'", "benchmark")


def test_fingertips_are_where_the_simulator_has_them(pianomime: Command, tune: Path, tmp_path: Path) -> None:
    path = tmp_path / "played.npz"
    assert pianomime("play", tune, "--no-ros", "--controller", "idle", "--rollout", path).code == 0
    rollout, simulator = Rollout.load(path), Simulator(SceneConfig())
    tips = played_fingertips_m(rollout, simulator)
    assert tips.shape == (len(rollout.goal), 2, 5, 3)
    other = Simulator(SceneConfig())
    state = other.reset(rollout.initial_joint_positions)
    for row in rollout.targets:
        state = other.step(row)
    data = mujoco.MjData(other.model)
    for name, angle in zip(other.joint_names, state.joint_positions, strict=True):
        data.joint(name).qpos = angle
    mujoco.mj_forward(other.model, data)
    truth = [[data.site(f"{side}_{finger}_tip").xpos for finger in FINGERS] for side in SIDES]
    assert np.allclose(tips[-1], truth, atol=1e-9)


def test_music_without_a_pianist_has_no_distance(pianomime: Command, tune: Path, demo: Path, tmp_path: Path) -> None:
    path = tmp_path / "played.npz"
    result = pianomime("play", tune, "--no-ros", "--controller", "idle", "--rollout", path)
    assert "mm from human" not in result.out
    rollout = Rollout.load(path)
    assert likeness(tune, rollout, Simulator(SceneConfig())) == {}
    assert likeness(demo, rollout, Simulator(SceneConfig())) == {}  # of another length: played in part
    nobody = tmp_path / "nobody.npz"
    unseen = np.zeros((8, 2), bool)
    replace(
        demonstration(),
        points_m=np.full((8, 2, 6, 3), np.nan, np.float32),
        valid=unseen,
        confidence=unseen.astype(np.float32),
    ).save(nobody)
    result = pianomime("play", "--no-ros", "--controller", "demo", "--demo", nobody)
    assert result.code == 0
    assert "mm from human" not in result.out


def test_demonstrations_are_evaluated_each_with_its_own_fingers(
    pianomime: Command, demo: Path, tune: Path, tmp_path: Path
) -> None:
    folder, report = tmp_path / "folder", tmp_path / "report.json"
    folder.mkdir()
    other = replace(demonstration(), finger=np.array([1, 2]))
    other.save(folder / "two.npz")
    demonstration().save(folder / "one.npz")
    (folder / "tune.mid").write_bytes(tune.read_bytes())
    result = pianomime("evaluate", folder, "--controller", "demo", "--jobs", 1, "--json", report)
    assert result.code == 0
    songs = json.loads(report.read_text())["songs"]
    assert [song["song"] for song in songs] == ["one", "two"]
    assert songs[0]["fingertip_distance_mm"] != songs[1]["fingertip_distance_mm"]
    assert "from" in result.out
    assert "human" in result.out
    # Any other controller plays the notes, its hands are compared too; and a folder is one of MIDI files.
    assert pianomime("evaluate", demo, tune, "--controller", "idle", "--jobs", 1, "--json", report).code == 0
    clip, midi = json.loads(report.read_text())["songs"]
    assert "fingertip_distance_mm" in clip
    assert "fingertip_distance_mm" not in midi
    assert pianomime("evaluate", folder, "--controller", "idle", "--jobs", 1, "--json", report).code == 0
    assert [song["song"] for song in json.loads(report.read_text())["songs"]] == ["tune"]


@pytest.mark.parametrize("ros", [[], ["--no-ros"]])
def test_what_does_not_fit_together_is_refused(ros: list[str], pianomime: Command, demo: Path, tune: Path) -> None:
    play = ("play", *ros, "--controller", "demo")
    pianomime(*play).refuses("'demo'", "needs a demonstration", "--demo")
    pianomime(*play, "--demo", demo.parent / "no.npz").refuses("no.npz")
    pianomime(*play, "--demo", demo, tune).refuses("song", str(tune))
    pianomime(*play, "--demo", demo, "--model", demo.parent).refuses("model", str(demo.parent))
    pianomime(*play, "--demo", tune).refuses(str(tune), "not a demonstration")
    pianomime("play", *ros, "--demo", demo).refuses("'onnx'", "no demonstration", str(demo))


def test_live_and_evaluate_say_what_a_demonstration_is_not_for(pianomime: Command, demo: Path, tune: Path) -> None:
    pianomime("live", "--controller", "demo").refuses("'demo'", "whole song")
    evaluate = ("evaluate", "--controller", "demo")
    pianomime(*evaluate, tune).refuses(str(tune), "not a demonstration")
    pianomime(*evaluate, demo, "--model", demo.parent).refuses("takes no model")


def test_both_nodes_get_the_file(monkeypatch: pytest.MonkeyPatch, demo: Path) -> None:
    description = described(monkeypatch, share_directory() / "launch" / "play.launch.py")
    nodes = {
        node.name: node for node in start(description, controller="demo", demo=str(demo)) if isinstance(node, Node)
    }
    table = {entry.name: entry for entry in node_table(PlayOptions(midi=demo, controller="demo", model=demo))}
    for name, parameter in (("midi_node", "midi"), ("policy_node", "model")):
        assert table[name].parameters[parameter] == str(demo)
        assert nodes[name].parameters[-1] == table[name].parameters
    with pytest.raises(UserError, match="needs a demonstration"):
        start(description, controller="demo")
