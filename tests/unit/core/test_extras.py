"""The line that says what to install."""

import re
from pathlib import Path

import pytest

from pianomime_core.errors import UserError
from pianomime_core.extras import BARE, MAKE_TARGETS, missing_extra, needs_extra

ROOT = Path(__file__).resolve().parents[3]


def test_the_line_names_what_is_missing_the_extra_and_the_make_target():
    line = missing_extra("viewer browser", "viser", "viewer")
    assert line.startswith("viewer browser needs viser, not installed here")
    assert line.endswith('pip install "pianomime[viewer]"')
    seeing = missing_extra("perceive", "cv2", "perceive")
    assert '"pianomime[perceive]" and pip install --no-deps mediapipe==' in seeing
    assert seeing.endswith("make perceive in the source folder")


def test_a_failed_import_becomes_the_line():
    with pytest.raises(UserError, match="needs no_such_package, not installed here"), needs_extra("x", "gym"):
        import no_such_package  # noqa: F401
    with pytest.raises(UserError, match=r"needs more \(libGL\.so\.1"), needs_extra("x", "perceive"):
        raise ImportError("libGL.so.1: cannot open shared object file", name="cv2")
    with needs_extra("x", "gym"):
        import json  # noqa: F401


def test_what_the_line_names_is_there():
    makefile = (ROOT / "Makefile").read_text()
    extras = re.findall(r"^(\w+) = \[", (ROOT / "pyproject.toml").read_text().split("optional-dependencies")[1], re.M)
    assert set(MAKE_TARGETS) | set(BARE) <= set(extras)
    assert all(re.search(rf"^{target}:", makefile, re.M) for target in MAKE_TARGETS.values())
    assert all(bare in makefile for bare in BARE.values())
