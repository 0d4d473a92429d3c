"""Which library is used for offscreen rendering."""

import ctypes.util
import os

import pytest

from pianomime.reports.offscreen import choose_gl
from pianomime_core.errors import UserError


@pytest.mark.parametrize(
    ("installed", "chosen"), [(("EGL", "OSMesa"), "egl"), (("EGL",), "egl"), (("OSMesa",), "osmesa")]
)
def test_what_is_installed_is_chosen(monkeypatch: pytest.MonkeyPatch, installed: tuple[str, ...], chosen: str) -> None:
    monkeypatch.setenv("MUJOCO_GL", "")
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: name if name in installed else None)
    choose_gl()
    assert os.environ["MUJOCO_GL"] == chosen


def test_the_users_choice_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUJOCO_GL", "osmesa")
    choose_gl()
    assert os.environ["MUJOCO_GL"] == "osmesa"


def test_nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUJOCO_GL", "")
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    with pytest.raises(UserError, match="apt install libegl1"):
        choose_gl()
