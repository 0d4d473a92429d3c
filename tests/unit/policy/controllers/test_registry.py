"""Controllers by name."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pianomime_core.demonstration import Demonstration
from pianomime_core.errors import UserError
from pianomime_core.hands import joint_names, target_names
from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers import specs
from pianomime_policy.controllers.controller import ReadsNotes
from pianomime_policy.controllers.foresight.foresight import Foresight
from pianomime_policy.controllers.foresight.musical_foresight import MusicalForesight
from pianomime_policy.controllers.idle.idle import Idle
from pianomime_policy.controllers.planner.musical_planner import MusicalPlanner
from pianomime_policy.controllers.planner.planner import Planner
from pianomime_policy.controllers.reactive.reactive import Reactive
from pianomime_policy.controllers.registry import check_controller, make_controller
from pianomime_policy.controllers.specs import OURS, controller_names, ours_that_need, spec_of

HORIZONS = {"planner": None, "streaming": 40, "streaming-1s": 20, "foresight": 40, "reactive": 1, "idle": 1}


def test_the_names_are_those_of_the_contract():
    assert list(OURS) == [*HORIZONS, "onnx", "onnx-1s", "demo"]
    assert ours_that_need("model") == ("onnx", "onnx-1s")
    assert ours_that_need("demonstration") == ("demo",)


@pytest.mark.parametrize(("name", "horizon"), HORIZONS.items())
def test_each_has_the_horizon_of_its_name(name, horizon):
    controller = make_controller(name, SceneConfig())
    assert type(controller) is {"idle": Idle, "foresight": Foresight, "reactive": Reactive}.get(name, Planner)
    assert controller.horizon_steps == horizon
    assert controller.joint_names == joint_names()
    assert controller.target_names == target_names()


@pytest.mark.parametrize("name", ["idle", "streaming"])
def test_a_controller_has_the_hands_of_the_scene(name):
    controller = make_controller(name, SceneConfig(variant="robopianist"))
    assert (len(controller.joint_names), len(controller.target_names)) == (52, 44)
    assert not any(name.endswith("tz") for name in controller.joint_names)
    assert controller.start(np.zeros((40, 88), bool), np.zeros(40, bool)).shape == (52,)


STRANGER = """
from pianomime_policy.controllers.idle.idle import Idle
from pianomime_policy.controllers.spec import ControllerSpec

class Stranger(Idle):
    horizon_steps = 7

    def __init__(self, scene):
        super().__init__(scene.variant)
        self.horizon_steps = 7

def build(scene, pitch):
    return Stranger(scene), pitch

class Trained(Stranger):
    needs = "model"

    def __init__(self, scene, model):
        super().__init__(scene)
        self.model = model

class Confused(Stranger):
    needs = "luck"

SPEC = ControllerSpec("any name", "stranger:build", 7, "a stranger", options={"pitch": 60})
half = object()
"""


@pytest.fixture
def stranger(tmp_path, monkeypatch):
    """Another package, installed with entry points."""
    (tmp_path / "stranger.py").write_text(STRANGER)
    info = tmp_path / "stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    points = "friend = stranger:Stranger\nspecial = stranger:SPEC\nplanner = stranger:Stranger\n"
    (info / "entry_points.txt").write_text(f"[pianomime.controllers]\n{points}")
    monkeypatch.syspath_prepend(tmp_path)
    specs.others.cache_clear()
    yield
    specs.others.cache_clear()
    sys.modules.pop("stranger", None)


def test_a_class_of_ones_own_is_a_controller(stranger):
    scene = SceneConfig(variant="robopianist")
    assert spec_of("stranger:Stranger").horizon_steps == 7
    own = make_controller("stranger:Stranger", scene)
    assert (type(own).__name__, len(own.target_names)) == ("Stranger", 44)


def test_a_class_of_ones_own_may_need_a_model(stranger, tmp_path):
    with pytest.raises(UserError, match="'stranger:Trained' needs a model, the folder of its networks: --model"):
        make_controller("stranger:Trained", SceneConfig())
    with pytest.raises(UserError, match=r"no such model folder: '.*nowhere'"):
        check_controller("stranger:Trained", tmp_path / "nowhere")
    assert make_controller("stranger:Trained", SceneConfig(), tmp_path).model == tmp_path
    with pytest.raises(UserError, match="'stranger:Stranger' takes no model"):
        make_controller("stranger:Stranger", SceneConfig(), tmp_path)


def test_another_package_registers_controllers_but_none_of_our_names(stranger):
    assert set(controller_names()) == {*OURS, "friend", "special"}
    assert type(make_controller("friend", SceneConfig())).__name__ == "Stranger"
    assert spec_of("special").name == "special"
    assert make_controller("special", SceneConfig())[1] == 60
    assert type(make_controller("planner", SceneConfig())) is Planner


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("stranger:Nobody", "cannot be imported: AttributeError: .*'Nobody'"),
        ("nowhere.at_all:Nobody", "cannot be imported: ModuleNotFoundError: No module named 'nowhere'"),
        ("stranger:half", "is no class with an attribute horizon_steps"),
        ("stranger:Confused", "needs 'luck': legal are 'model', 'demonstration', None"),
        ("stranger:", "unknown controller 'stranger:'"),
        ("os.system('rm'):x", "unknown controller"),
    ],
)
def test_what_is_no_controller_is_refused_in_one_line(stranger, name, words):
    with pytest.raises(UserError, match=words) as refused:
        make_controller(name, SceneConfig())
    assert "\n" not in str(refused.value)


def test_two_controllers_of_a_name_share_nothing():
    first, second = (make_controller("streaming", SceneConfig()) for _ in range(2))
    high, low = np.zeros((40, 88), bool), np.zeros((40, 88), bool)
    high[10:20, 70], low[10:20, 20] = True, True
    alone = first.start(high, np.zeros(40, bool))
    second.start(low, np.zeros(40, bool))
    assert np.array_equal(first.start(high, np.zeros(40, bool)), alone)


@pytest.mark.parametrize("name", ["", "plan", "Planner", "streaming-3s"])
def test_an_unknown_name_is_refused_with_the_legal_ones(name):
    with pytest.raises(UserError) as refused:
        make_controller(name, SceneConfig())
    message = str(refused.value)
    assert repr(name) in message
    assert all(legal in message for legal in OURS)
    assert "\n" not in message


def test_a_trained_controller_gets_its_scene_and_its_folder(monkeypatch, tmp_path):
    stand_in = SimpleNamespace(
        build=lambda scene, model, horizon_steps, setting: (scene, model, horizon_steps, setting)
    )
    monkeypatch.setitem(sys.modules, "pianomime_policy.controllers.generalist.generalist", stand_in)
    scene = SceneConfig(hand_collisions=True)
    assert make_controller("onnx", scene, tmp_path) == (scene, tmp_path, 40, Setting.BENCHMARK)
    assert make_controller("onnx-1s", scene, tmp_path, Setting.MUSICAL) == (scene, tmp_path, 20, Setting.MUSICAL)


@pytest.mark.parametrize("name", ["planner", "streaming", "streaming-1s"])
def test_a_controller_plays_in_the_setting_asked_for(name):
    musical = make_controller(name, SceneConfig(), setting=Setting.MUSICAL)
    assert type(musical) is MusicalPlanner
    assert isinstance(musical, ReadsNotes)
    assert musical.horizon_steps == HORIZONS[name]
    assert not isinstance(make_controller(name, SceneConfig(), setting=Setting.BENCHMARK), ReadsNotes)


def test_foresight_plays_in_the_setting_asked_for():
    assert type(make_controller("foresight", SceneConfig(), setting=Setting.MUSICAL)) is MusicalForesight
    assert type(make_controller("foresight", SceneConfig(), setting=Setting.BENCHMARK)) is Foresight


@pytest.mark.parametrize("name", ["demo", "stranger:Stranger"])
def test_a_setting_that_a_controller_does_not_play_in_is_refused_with_the_legal_ones(stranger, name):
    words = f"controller '{name}' does not play in the setting 'musical': legal are benchmark$"
    for refuse in (check_controller, lambda *given: make_controller(given[0], SceneConfig(), *given[1:])):
        with pytest.raises(UserError, match=words) as refused:
            refuse(name, None, Setting.MUSICAL)
        assert "\n" not in str(refused.value)


def test_a_demonstration_is_a_file_and_it_must_be_there(tmp_path):
    with pytest.raises(UserError, match="'demo' needs a demonstration"):
        make_controller("demo", SceneConfig())
    with pytest.raises(UserError, match=r"no such demonstration file: '.*nowhere\.npz'"):
        make_controller("demo", SceneConfig(), tmp_path / "nowhere.npz")
    (tmp_path / "song.npz").write_bytes(b"MThd")
    with pytest.raises(UserError, match="is not a demonstration"):
        make_controller("demo", SceneConfig(), tmp_path / "song.npz")


def test_a_demonstration_is_read_once(monkeypatch, tmp_path):
    read = []
    monkeypatch.setattr(Demonstration, "load", lambda path: read.append(path))
    monkeypatch.setattr("pianomime_policy.controllers.demo.demo.Demo", lambda demonstration, variant: demonstration)
    (tmp_path / "song.npz").touch()
    make_controller("demo", SceneConfig(), tmp_path / "song.npz")
    assert read == [tmp_path / "song.npz"]


def test_a_trained_controller_without_its_folder_is_refused(tmp_path):
    with pytest.raises(UserError, match="'onnx' needs a model"):
        make_controller("onnx", SceneConfig())
    (tmp_path / "file").touch()
    for name in ("nowhere", "file"):
        with pytest.raises(UserError, match=rf"no such model folder: '.*{name}'"):
            make_controller("onnx", SceneConfig(), tmp_path / name)


def test_a_model_for_a_controller_without_one_is_refused():
    with pytest.raises(
        UserError, match="'streaming' takes no model, but 'folder' is given: a model is for onnx, onnx-1s"
    ):
        make_controller("streaming", SceneConfig(), Path("folder"))
