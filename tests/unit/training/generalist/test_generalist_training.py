"""From music to a controller, on seconds of data: labelling, training, export, and the check of the exported files."""

import json
from pathlib import Path

import mido
import numpy as np
import onnx
import pytest
import torch
from training.export import weights_of
from training.fitting import FitConfig
from training.generalist.export_model import ExportModel
from training.generalist.fingering_network import FingeringNetwork
from training.generalist.posture_network import PostureNetwork
from training.generalist.train_fingering import TrainFingering
from training.generalist.train_postures import TrainPostures
from training.generalist.trained import Trained

from pianomime.episodes.episode import play_episode
from pianomime.files.songs import read_song
from pianomime_core.errors import UserError
from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.generalist.generalist import (
    FILES,
    GeneralistConfig,
    fingers_by,
    hands_by,
    musical_hands_by,
)
from pianomime_policy.controllers.planner.musical_planner import MusicalPlanner
from pianomime_policy.controllers.planner.planner import Planner
from pianomime_policy.controllers.registry import make_controller
from pianomime_policy.motion.motion_timing import MUSICAL
from pianomime_policy.networks.network_file import NetworkFile

pytestmark = pytest.mark.slow

SHORT = FitConfig(steps=40, warm_up_steps=5)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """demos/ with two training clips of two seconds; fingering/, postures/, musical/ and model/ trained on them."""
    folder = tmp_path_factory.mktemp("made")
    demos = folder / "demos"
    (demos / "midi").mkdir(parents=True)
    (demos / "splits.json").write_text(json.dumps({"train": [0, 3], "val": [1]}))
    for clip, pitch in (("000", 60), ("003", 45)):
        _write_scale(demos / "midi" / f"{clip}.mid", pitch)
    fingering = TrainFingering(
        demos, folder / "fingering", rounds=2, made_up=0, onsets=8, jobs=1, fit=SHORT, last_fit=SHORT
    ).run()
    short = {"clips": 1, "made_up": 0, "steps": 30, "rows": 64, "jobs": 1, "fit": SHORT, "last_fit": SHORT}
    postures = TrainPostures(demos, folder / "postures", rounds=2, **short).run()
    musical = TrainPostures(demos, folder / "musical", setting=Setting.MUSICAL, rounds=2, **short).run()
    ExportModel(fingering, postures, musical, folder / "model").run()
    return folder


def _write_scale(path: Path, lowest: int) -> None:
    track = mido.MidiTrack()
    for step in (0, 2, 4, 5, 7):
        track.append(mido.Message("note_on", note=lowest + step, velocity=64))
        track.append(mido.Message("note_off", note=lowest + step, time=384))  # 960 ticks a second
    mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(path)


def test_the_files_tell_where_they_come_from(made: Path) -> None:
    for name, file in FILES.items():
        stored = onnx.load(made / "model" / file).metadata_props
        metadata = json.loads({entry.key: entry.value for entry in stored}["pianomime"])
        assert metadata["role"] == name
        assert metadata["seed"] == 0
        assert "training clips" in metadata["training_data"]
        assert len(metadata["target_names"]) == 46
        assert metadata["settings"]["planner"]["horizon_steps"] == 40


def test_training_that_is_finished_is_read_not_done_again(made: Path) -> None:
    first = Trained.load(made / "fingering" / "network.pt")
    again = TrainFingering(
        made / "demos", made / "fingering", rounds=2, made_up=0, onsets=8, jobs=1, fit=SHORT, last_fit=SHORT
    )
    second = Trained.load(again.run())
    for name, value in first.weights.items():
        torch.testing.assert_close(second.weights[name], value, rtol=0, atol=0)


def test_another_seed_or_setting_in_the_same_folder_is_refused(made: Path) -> None:
    network = (made / "fingering" / "network.pt").read_bytes()
    with pytest.raises(UserError, match=r"holds a run with another seed: .*there 0, here 1"):
        TrainFingering(
            made / "demos", made / "fingering", seed=1, rounds=2, made_up=0, onsets=8, jobs=1, fit=SHORT, last_fit=SHORT
        ).run()
    assert (made / "fingering" / "network.pt").read_bytes() == network
    with pytest.raises(UserError, match=r"holds a run with another clips: .*there 1, here 2"):
        TrainPostures(
            made / "demos", made / "postures", rounds=2, clips=2, made_up=0, steps=30, rows=64, jobs=1, fit=SHORT,
            last_fit=SHORT,
        ).run()  # fmt: skip


def test_other_music_in_the_same_folder_is_refused(made: Path, tmp_path: Path) -> None:
    (tmp_path / "midi").mkdir()
    (tmp_path / "splits.json").write_text((made / "demos" / "splits.json").read_text())
    for clip in ("000", "003"):
        _write_scale(tmp_path / "midi" / f"{clip}.mid", 50)
    with pytest.raises(UserError, match="holds a run with another clips of the demonstrations"):
        TrainFingering(
            tmp_path, made / "fingering", rounds=2, made_up=0, onsets=8, jobs=1, fit=SHORT, last_fit=SHORT
        ).run()


@pytest.mark.parametrize("setting", Setting)
def test_onnxruntime_and_torch_play_the_same_keys(made: Path, setting: Setting) -> None:
    song = read_song(made / "demos" / "midi" / "000.mid")
    shape = Trained.load(made / "fingering" / "network.pt").shape
    fingering, postures = FingeringNetwork(**shape), PostureNetwork(104, 23)
    fingering.load_state_dict(weights_of(made / "model" / "fingering.onnx"), strict=True)
    musical = setting is Setting.MUSICAL
    role = "musical postures" if musical else "postures"
    postures.load_state_dict(weights_of(made / "model" / FILES[role]), strict=True)
    config = GeneralistConfig()
    fingers = fingers_by(_of(fingering), config, MUSICAL.giving_up if musical else None)
    hands = musical_hands_by(_of(postures)) if musical else hands_by(_of(postures), config)
    in_torch = (MusicalPlanner if musical else Planner)("pianomime", config.planner, fingers, hands)
    in_onnx = make_controller("onnx", SceneConfig(), made / "model", setting)
    simulator = Simulator(SceneConfig())
    ours, theirs = (play_episode(simulator, controller, song) for controller in (in_torch, in_onnx))
    np.testing.assert_array_equal(ours.pressed, theirs.pressed)
    # Rounding grows with every row that is played.
    np.testing.assert_allclose(ours.targets, theirs.targets, atol=1e-3 * ours.rows_per_step)


def test_an_exported_network_is_kept_beside_a_new_one(made: Path, tmp_path: Path) -> None:
    row = {
        "set": "folk",
        "songs": [{}] * 8,
        "settings": {"controller": "onnx", "hand_collisions": True},
        "mean": {"f1": 0.5},
    }
    (tmp_path / "scores.json").write_text(json.dumps([row]))
    exported, model = made / "model" / "fingering.onnx", tmp_path / "model"
    trained = (made / name / "network.pt" for name in ("postures", "musical"))
    ExportModel(exported, *trained, model, (tmp_path / "scores.json",)).run()
    before, kept, new = (
        NetworkFile.load(path, {}) for path in (exported, model / "fingering.onnx", model / "postures.onnx")
    )
    scores = [
        {
            "set": "folk",
            "songs": 8,
            "controller": "onnx",
            "hand_collisions": True,
            "setting": "benchmark",
            "f1": 0.5,
        }
    ]
    assert kept.metadata == {**before.metadata, "scores": scores}
    assert new.metadata["scores"] == scores
    features = np.ones((3, before.metadata["inputs"][0][1][1]), np.float32)
    np.testing.assert_array_equal(kept.run(features=features)[0], before.run(features=features)[0])
    make_controller("onnx", SceneConfig(), model)


def _of(network: torch.nn.Module):
    def answer(features):
        with torch.inference_mode():
            return network(torch.from_numpy(features)).numpy()

    return answer


def test_networks_for_other_hands_are_refused_with_what_differs(made: Path) -> None:
    with pytest.raises(UserError) as refused:
        make_controller("onnx", SceneConfig(variant="robopianist"), made / "model")
    message = str(refused.value)
    assert "variant: file 'pianomime', robot 'robopianist'" in message
    assert "target_names" in message
    assert "\n" not in message


def test_a_network_in_the_place_of_the_other_is_refused(made: Path, tmp_path: Path) -> None:
    for name, other in (("fingering", "postures"), ("postures", "fingering")):
        (tmp_path / f"{name}.onnx").write_bytes((made / "model" / f"{other}.onnx").read_bytes())
    with pytest.raises(UserError, match="role: file 'postures', robot 'fingering'"):
        make_controller("onnx", SceneConfig(), tmp_path)


def test_hands_trained_for_one_setting_are_refused_in_the_other(made: Path, tmp_path: Path) -> None:
    here, there = FILES["postures"], FILES["musical postures"]
    for name, other in ((FILES["fingering"],) * 2, (here, there), (there, here)):
        (tmp_path / name).write_bytes((made / "model" / other).read_bytes())
    for setting in Setting:
        with pytest.raises(UserError, match=r"role: file '.*postures', robot '.*postures'"):
            make_controller("onnx", SceneConfig(), tmp_path, setting)


def test_what_is_no_trained_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "network.pt").write_text("no")
    with pytest.raises(UserError, match="not a trained network"):
        Trained.load(tmp_path / "network.pt")
