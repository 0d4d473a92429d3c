"""The one real clip with reference outputs, every third frame of it: 20 per second."""

from pathlib import Path

import pytest

pytest.importorskip("mediapipe", reason="needs mediapipe: run `make perceive`")

from benchmarks.perception_accuracy import CLIP, load_reference, offset_error_s, perceived, reproduction, see

from pianomime_core.errors import UserError
from pianomime_core.midi_score import load_midi
from pianomime_perception.demonstration_from_video import demonstration_from_detections
from pianomime_perception.reference_fingering import agreement, load_fingering

TUTORIAL = Path(__file__).resolve().parents[3].parent / "shared" / "tutorial"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not TUTORIAL.is_dir(), reason="needs ../shared/tutorial")]
SONGS = Path(__file__).resolve().parents[3] / "launch" / "songs"


@pytest.fixture(scope="module")
def reference():
    return load_reference(TUTORIAL)


@pytest.fixture(scope="module")
def seen():
    return see(TUTORIAL, every=3)


def test_fingertips_are_those_of_the_reference(seen, reference):
    found = reproduction(seen, reference)
    assert found["rows with both hands"] >= 0.99
    assert found["median error [mm]"] <= 1.5
    assert found["p95 error [mm]"] <= 3.5
    assert found["side swaps"] == 0


def test_the_music_is_found_wherever_it_begins(seen, reference):
    assert offset_error_s(TUTORIAL, seen, reference.keyboard) <= 0.05


def test_fingers_are_those_of_the_reference(seen, reference):
    demonstration = perceived(TUTORIAL, seen, reference.keyboard)
    found = agreement(demonstration, load_fingering(TUTORIAL / f"{CLIP}_fingering.csv"))
    assert found["same finger"] >= 0.94
    assert found["same hand"] == 1
    quality = demonstration.metadata["quality"]
    assert quality["both_hands_share"] >= 0.99
    assert quality["contradicting_looks_share"] == 0
    assert demonstration.metadata["warnings"] == []


@pytest.mark.parametrize("song", ["minuet_in_g", "twinkle", "prelude_in_c"])
def test_other_music_is_refused(seen, reference, song):
    with pytest.raises(UserError, match="music is not what is played in the video"):
        demonstration_from_detections(seen, reference.keyboard, load_midi(SONGS / f"{song}.mid"))
