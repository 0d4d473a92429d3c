"""The networks that a trained controller is given, from the command line to the controller."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from command_examples import Command

from pianomime.files.models import model_folder
from pianomime.files.songs import share_directory
from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.idle.idle import Idle
from pianomime_policy.controllers.specs import OURS, ours_that_need


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were given to the trained controller, whose place is taken by one that does nothing."""
    given: list[Path] = []

    def build(scene: SceneConfig, folder: Path, horizon_steps: int, setting: Setting) -> Idle:
        given.append(folder)
        return Idle(scene.variant)

    stand_in = SimpleNamespace(build=build)
    monkeypatch.setitem(sys.modules, "pianomime_policy.controllers.generalist.generalist", stand_in)
    return given


@pytest.mark.parametrize("name", OURS)
def test_only_a_trained_controller_has_a_bundled_model(name: str) -> None:
    bundled = share_directory() / "models" / "generalist"
    assert model_folder(name) == (bundled if name in ours_that_need("model") else None)


@pytest.mark.parametrize("name", ["onnx", "idle"])
def test_a_folder_of_the_users_own_goes_first(name: str) -> None:
    # Also where there is no use for it: make_controller says so.
    assert model_folder(name, Path("mine")) == Path("mine")


@pytest.mark.parametrize("command", ["play --no-ros", "evaluate --jobs 1", "diagnose --jobs 1"])
def test_the_controller_gets_the_model(
    command: str, pianomime: Command, tune: Path, tmp_path: Path, models: list[Path]
) -> None:
    result = pianomime(*command.split(), tune, "--controller", "onnx", "--model", tmp_path)
    assert result.code == 0, result
    assert set(models) == {tmp_path}


@pytest.mark.parametrize("command", ["evaluate", "diagnose"])
def test_the_settings_name_the_model(
    command: str, pianomime: Command, tune: Path, tmp_path: Path, models: list[Path]
) -> None:
    file = tmp_path / "x.json"
    pianomime(command, tune, "--controller", "onnx", "--model", tmp_path, "--jobs", 1, "--json", file)
    assert json.loads(file.read_text())["settings"]["model"] == str(tmp_path)
    pianomime(command, tune, "--controller", "idle", "--jobs", 1, "--json", file)
    assert json.loads(file.read_text())["settings"]["model"] is None


TRAINED = """
from pianomime_policy.controllers.idle.idle import Idle

class Trained(Idle):
    horizon_steps, needs = 1, "model"

    def __init__(self, scene, model):
        super().__init__(scene.variant)
        assert (model / "weights").is_file()
"""


@pytest.mark.parametrize("command", ["play --no-ros", "evaluate --jobs 1", "diagnose --jobs 1"])
def test_a_trained_controller_of_ones_own_gets_the_model_or_says_that_it_needs_one(
    command: str, pianomime: Command, tune: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trained_elsewhere.py").write_text(TRAINED)
    (tmp_path / "weights").touch()
    monkeypatch.syspath_prepend(tmp_path)
    words = (*command.split(), tune, "--controller", "trained_elsewhere:Trained")
    refused = pianomime(*words)
    assert refused.code == 2
    assert refused.err == (
        "pianomime: error: controller 'trained_elsewhere:Trained' needs a model, the folder of its networks: "
        "--model FOLDER (model:= of a launch file)\n"
    )
    assert pianomime(*words, "--model", tmp_path).code == 0
