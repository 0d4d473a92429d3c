import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_core.keyboard import KEYBOARD
from pianomime_perception.keyboard_map import NO_KEY_EDGES, KeyboardMap, homography_of

# One pixel a millimetre: u is y + 640, v is x + 300.
MILLIMETRES = np.array([[0, 1e-3, -0.3], [1e-3, 0, -0.64], [0, 0, 1]])
TILTED = np.array([[1e-5, 9e-4, -0.3], [1e-3, 2e-5, -0.64], [1e-5, 2e-4, 1]])


def make_map(homography=MILLIMETRES, key_edges_m=NO_KEY_EDGES, residual_m=0.001, image_size=(1280, 600)) -> KeyboardMap:
    return KeyboardMap(homography, key_edges_m, residual_m, image_size)


def test_pixels_become_world_metres():
    world = make_map().to_world([[640, 300], [50, 375]])
    np.testing.assert_allclose(world, [[0, 0], [0.075, -0.59]], atol=1e-12)


def test_perspective_is_divided_out():
    u, v = 200.0, 100.0
    w = 1e-5 * u + 2e-4 * v + 1
    expected = [(1e-5 * u + 9e-4 * v - 0.3) / w, (1e-3 * u + 2e-5 * v - 0.64) / w]
    np.testing.assert_allclose(make_map(TILTED).to_world([u, v]), expected)


def test_any_leading_shape_and_points_not_seen():
    points = np.full((4, 2, 6, 2), np.nan)
    points[1, 0, 3] = [640, 300]
    world = make_map().to_world(points)
    assert world.shape == points.shape
    assert np.isfinite(world).all(axis=-1).sum() == 1


def test_key_edges_move_points_along_the_keyboard_alone():
    edges = np.array([[-0.1, -0.102], [0.0, 0.0], [0.1, 0.103]])
    bent = make_map(key_edges_m=edges).to_world([[690, 300], [740, 300], [540, 300], [400, 300]])
    np.testing.assert_allclose(bent[:, 0], 0, atol=1e-12)
    # Halfway between two edges, on an edge, on an edge, and beyond the last: moved as that one.
    np.testing.assert_allclose(bent[:, 1], [0.0515, 0.103, -0.102, -0.242], atol=1e-12)


@pytest.mark.parametrize("edges", [NO_KEY_EDGES, np.array([[-0.5, -0.503], [-0.2, -0.199], [0.3, 0.304]])])
def test_to_image_is_the_inverse(edges):
    keyboard_map = make_map(TILTED, edges)
    world = np.stack([KEYBOARD.center_x_m, KEYBOARD.center_y_m], axis=-1)
    np.testing.assert_allclose(keyboard_map.to_world(keyboard_map.to_image(world)), world, atol=1e-9)


def test_a_smaller_picture_has_the_same_keyboard():
    whole = make_map(TILTED)
    half = whole.scaled((640, 300))
    # The corner between four pixels stays a corner: (0.5, 0.5) of the large picture is the centre of a small pixel.
    np.testing.assert_allclose(half.to_world([0, 0]), whole.to_world([0.5, 0.5]))
    np.testing.assert_allclose(half.to_world([100, 50]), whole.to_world([200.5, 100.5]))


def test_arrays_round_trip(tmp_path):
    keyboard_map = make_map(TILTED, np.array([[-0.5, -0.503], [0.3, 0.304]]), residual_m=0.0012)
    np.savez(tmp_path / "map.npz", **keyboard_map.to_arrays())
    with np.load(tmp_path / "map.npz", allow_pickle=False) as archive:
        read = KeyboardMap.from_arrays(archive)
    np.testing.assert_array_equal(read.homography, keyboard_map.homography)
    np.testing.assert_array_equal(read.key_edges_m, keyboard_map.key_edges_m)
    assert (read.residual_m, read.image_size) == (0.0012, (1280, 600))


def test_damaged_arrays_are_told():
    arrays = make_map().to_arrays()
    with pytest.raises(UserError, match="lacks residual_m"):
        KeyboardMap.from_arrays({name: array for name, array in arrays.items() if name != "residual_m"})
    with pytest.raises(UserError, match=r"homography of shape \(2, 2\)"):
        KeyboardMap.from_arrays(arrays | {"homography": np.eye(2)})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"homography": np.zeros((3, 3))}, "without inverse"),
        ({"homography": np.full((3, 3), np.nan)}, "not finite"),
        ({"homography": np.eye(2)}, "shape"),
        ({"key_edges_m": np.array([[0.0, 0.0], [0.1, -0.1]])}, "out of order"),
    ],
)
def test_impossible_maps_are_refused(change, message):
    with pytest.raises(UserError, match=message):
        make_map(**change)


def test_homography_of_exact_pairs():
    pixels = np.array([[10, 20], [1200, 40], [1190, 500], [30, 480], [600, 300]], dtype=float)
    np.testing.assert_allclose(
        make_map(homography_of(pixels, make_map(TILTED).to_world(pixels))).to_world(pixels),
        make_map(TILTED).to_world(pixels),
        atol=1e-10,
    )
