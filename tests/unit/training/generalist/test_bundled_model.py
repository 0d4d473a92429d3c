"""The bundled networks."""

import numpy as np
import pytest
import torch
from training.export import weights_of
from training.generalist.fingering_network import FingeringNetwork
from training.generalist.posture_network import PostureNetwork

from pianomime.episodes.episode import play_episode
from pianomime.episodes.listener import Listener
from pianomime.files.models import model_folder
from pianomime.files.songs import read_song, share_directory
from pianomime.reports.note_scores import note_scores
from pianomime_core.metrics import score
from pianomime_core.midi_score import load_midi
from pianomime_core.notes import Score
from pianomime_core.piano_roll import PianoRoll, piano_roll
from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_physics.observed_simulator import ObservedSimulator
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.generalist.fingering_choices import ChoiceConfig
from pianomime_policy.controllers.generalist.generalist import GeneralistConfig, fingers_by, hands_by
from pianomime_policy.controllers.generalist.learned_hand import feature_layout
from pianomime_policy.controllers.planner.planner import Planner
from pianomime_policy.controllers.registry import make_controller

MODEL = model_folder("onnx")
SONG = share_directory() / "songs" / "minuet_in_g.mid"
STEPS = 160
COORDINATES = 23


@pytest.fixture(scope="module")
def song() -> PianoRoll:
    whole = read_song(SONG)
    return PianoRoll(whole.goal[:STEPS], whole.sustain[:STEPS])


@pytest.fixture(scope="module")
def played(song: PianoRoll):
    return play_episode(Simulator(SceneConfig()), make_controller("onnx", SceneConfig(), MODEL), song)


def test_it_plays(played) -> None:
    assert score(played.goal, played.pressed).f1 > 0.9


def test_torch_presses_the_same_keys(song: PianoRoll, played) -> None:
    weights = weights_of(MODEL / "fingering.onnx")
    fingering = FingeringNetwork(ChoiceConfig().features, width=len(weights["layers.0.bias"]))
    postures = PostureNetwork(sum(int(size) for _, size in feature_layout(COORDINATES)), COORDINATES)
    fingering.load_state_dict(weights)
    postures.load_state_dict(weights_of(MODEL / "postures.onnx"))
    config = GeneralistConfig()
    in_torch = Planner("pianomime", config.planner, fingers_by(_of(fingering), config), hands_by(_of(postures), config))
    ours = play_episode(Simulator(SceneConfig()), in_torch, song)
    np.testing.assert_array_equal(ours.pressed, played.pressed)
    np.testing.assert_allclose(ours.targets, played.targets, atol=2e-3)


def _of(network: torch.nn.Module):
    network.eval()

    def answer(features):
        with torch.inference_mode():
            return network(torch.from_numpy(features)).numpy()

    return answer


def test_in_the_musical_setting_it_plays_notes_in_time() -> None:
    written = load_midi(SONG, rules=Setting.MUSICAL.reading)
    notes = tuple(note for note in written.notes if note.onset_s < STEPS * 0.05)
    song = Score(notes)
    heard = Listener()
    simulator = ObservedSimulator(heard.observe, SceneConfig())
    controller = make_controller("onnx", SceneConfig(), MODEL, Setting.MUSICAL)
    rollout = play_episode(simulator, controller, piano_roll(song, trim=False))
    scores, _ = note_scores(song, heard.heard(rollout))
    assert scores.note_f1 > 0.95
    assert scores.note_f1_25ms > 0.95


def test_it_sees_half_as_far_and_still_plays(song: PianoRoll) -> None:
    controller = make_controller("onnx-1s", SceneConfig(), MODEL)
    assert controller.horizon_steps == 20
    rollout = play_episode(Simulator(SceneConfig()), controller, song)
    assert score(rollout.goal, rollout.pressed).f1 > 0.85


def test_the_files_say_how_they_score_and_that_nothing_was_changed_when_they_were_made() -> None:
    for setting in Setting:
        for network in make_controller("onnx", SceneConfig(), MODEL, setting).networks.values():
            assert {row["set"] for row in network.metadata["scores"]} >= {"folk", "classical"}
            assert not network.metadata["git_revision"].endswith("-dirty")
