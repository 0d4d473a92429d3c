"""The hands' files: those of RoboPianist, byte by byte, so that its hands compile to the same numbers as ours."""

import importlib.util
import re
from pathlib import Path

import pianomime_description

OURS = Path(pianomime_description.__file__).parent / "shadow_hand"
WHEEL = Path(importlib.util.find_spec("robopianist").submodule_search_locations[0])
THEIRS = WHEEL / "models" / "hands" / "third_party" / "shadow_hand"


def test_every_file_is_robopianists():
    files = [path.relative_to(OURS) for path in OURS.rglob("*") if path.is_file() and path.name != "README.md"]
    assert len(files) == 3 + 13
    assert [file for file in files if (OURS / file).read_bytes() != (THEIRS / file).read_bytes()] == []


def test_every_mesh_of_the_hands_is_there_and_no_other():
    named = {name for side in ("right", "left") for name in re.findall(r'file="(.*?)"', _mjcf(side))}
    assert named == {path.name for path in (OURS / "assets").iterdir()}


def _mjcf(side: str) -> str:
    return (OURS / f"{side}_hand.xml").read_text()
