"""Keyboard geometry against the numbers of the robopianist wheel and hand-computed keys."""

import importlib.util
import math
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from pianomime_core.keyboard import (
    ACTIVATION_TOLERANCE_RAD,
    BLACK_KEY,
    HIGHEST_PITCH,
    KEY_NAMES,
    KEYBOARD,
    LOWEST_PITCH,
    NUM_KEYS,
    WHITE_KEY,
    WHITE_KEY_GAP_M,
)

DEMOS = Path(__file__).parents[4] / "shared" / "demos"


@pytest.fixture(scope="module")
def wheel() -> ModuleType:
    """RoboPianist's piano_constants, loaded by file: importing the package would need dm_control."""
    spec = importlib.util.find_spec("robopianist")
    assert spec is not None
    assert spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / "models" / "piano" / "piano_constants.py"
    module_spec = importlib.util.spec_from_file_location("piano_constants", path)
    assert module_spec is not None
    assert module_spec.loader is not None
    module = importlib.util.module_from_spec(module_spec)
    module_spec.loader.exec_module(module)
    return module


def test_names_are_midi_pitches() -> None:
    assert len(KEY_NAMES) == NUM_KEYS == 88
    assert (KEY_NAMES[0], KEY_NAMES[39], KEY_NAMES[87]) == ("key_21", "key_60", "key_108")
    assert (LOWEST_PITCH, HIGHEST_PITCH) == (21, 108)


def test_dimensions_equal_the_wheel(wheel: ModuleType) -> None:
    for key, prefix in ((WHITE_KEY, "WHITE_KEY"), (BLACK_KEY, "BLACK_KEY")):
        assert key.width_m == getattr(wheel, f"{prefix}_WIDTH")
        assert key.length_m == getattr(wheel, f"{prefix}_LENGTH")
        assert key.height_m == getattr(wheel, f"{prefix}_HEIGHT")
        assert key.center_x_m == getattr(wheel, f"{prefix}_X_OFFSET")
        assert key.center_z_m == getattr(wheel, f"{prefix}_Z_OFFSET")
        assert key.travel_rad == getattr(wheel, f"{prefix}_JOINT_MAX_ANGLE")
    assert wheel.SPACING_BETWEEN_WHITE_KEYS == WHITE_KEY_GAP_M


def test_centers_equal_the_formulas_of_piano_mjcf_to_the_bit(wheel: ModuleType) -> None:
    pitch = wheel.WHITE_KEY_WIDTH + wheel.SPACING_BETWEEN_WHITE_KEYS
    white = [i for i in range(88) if not KEYBOARD.is_black[i]]
    assert len(white) == wheel.NUM_WHITE_KEYS
    for i, key in enumerate(white):
        assert KEYBOARD.center_y_m[key] == -wheel.PIANO_LENGTH * 0.5 + wheel.WHITE_KEY_WIDTH * 0.5 + i * pitch
    twins = [key for key in range(88) if (key + 21) % 12 in (1, 3)]
    triplets = [key for key in range(88) if (key + 21) % 12 in (6, 8, 10)]
    expected = {triplets.pop(0): wheel.WHITE_KEY_WIDTH + 0.5 * (-wheel.PIANO_LENGTH + wheel.SPACING_BETWEEN_WHITE_KEYS)}
    for keys, size, first_white in ((twins, 2, 2), (triplets, 3, 5)):
        for n, key in enumerate(keys):
            group = first_white + 7 * (n // size)
            expected[key] = -wheel.PIANO_LENGTH * 0.5 + (n % size + 1) * pitch + group * pitch
    assert sorted(expected) == [key for key in range(88) if KEYBOARD.is_black[key]]
    for key, y in expected.items():
        assert KEYBOARD.center_y_m[key] == y


def test_a_few_keys_by_hand() -> None:
    # 52 white keys of 22.5 mm and 51 gaps of 1 mm are 1.221 m: A0 is centred 11.25 mm from the left end.
    assert KEYBOARD.center_y_m[0] == pytest.approx(-0.6105 + 0.01125)
    assert KEYBOARD.center_y_m[87] == pytest.approx(0.6105 - 0.01125)
    # Middle C (pitch 60) is white key number 23 from the left, counting from 0.
    assert KEYBOARD.center_y_m[60 - 21] == pytest.approx(-0.6105 + 0.01125 + 23 * 0.0235)
    # C sharp above it begins where D begins, less half its width: its centre is D's left edge.
    assert KEYBOARD.center_y_m[61 - 21] == pytest.approx(KEYBOARD.center_y_m[62 - 21] - 0.01125)
    assert KEYBOARD.is_black.sum() == 36
    assert KEYBOARD.top_z_m[0] == pytest.approx(0.0225)
    assert KEYBOARD.top_z_m[1] == pytest.approx(0.035)
    assert KEYBOARD.hinge_x_m == pytest.approx(np.full(88, -0.075))
    assert math.degrees(KEYBOARD.travel_rad[0]) == pytest.approx(3.814, abs=5e-4)
    assert math.degrees(KEYBOARD.travel_rad[1]) == pytest.approx(5.080, abs=5e-4)


def test_pressed_within_half_a_degree_of_the_stop() -> None:
    travel = KEYBOARD.travel_rad
    assert pytest.approx(math.radians(0.5), abs=1e-7) == ACTIVATION_TOLERANCE_RAD
    assert not KEYBOARD.pressed(np.zeros(88)).any()
    assert not KEYBOARD.pressed(KEYBOARD.activation_rad - 1e-9).any()
    assert KEYBOARD.pressed(KEYBOARD.activation_rad + 1e-9).all()
    assert KEYBOARD.pressed(travel + 0.1).all(), "soft limits overshoot the stop"
    assert KEYBOARD.pressed(np.stack([travel, 0 * travel])).sum(axis=1).tolist() == [88, 0]


def test_arrays_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        KEYBOARD.center_y_m[0] = 0.0


@pytest.mark.skipif(not DEMOS.exists(), reason="../shared/demos is absent")
def test_centers_equal_the_demonstrations() -> None:
    centers = np.stack([KEYBOARD.center_x_m, KEYBOARD.center_y_m, KEYBOARD.center_z_m], axis=1)
    np.testing.assert_allclose(centers, np.load(DEMOS / "key_xyz.npy"), atol=1e-7)
