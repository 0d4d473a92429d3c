"""The linear solvers against numpy and scipy."""

import numpy as np
import pytest
from scipy.optimize import lsq_linear

from pianomime_policy.hand_control.box_step import box_step, cholesky_solve


def random_problem(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """A positive definite matrix with a condition like that of the normal equations, and a right-hand side."""
    rows = random.normal(size=(n, n)) * np.exp(random.normal(size=n))
    return rows.T @ rows + 1e-3 * np.eye(n), random.normal(size=n)


@pytest.mark.parametrize(("n", "size"), [(1, 1), (5, 5), (23, 23), (7, 23)])
def test_cholesky_solves_the_leading_block(n, size):
    random = np.random.default_rng(n)
    A, b = random_problem(random, size)
    x = np.full(size, np.nan)
    cholesky_solve(A, b, n, np.empty((size, size)), x)
    np.testing.assert_allclose(x[:n], np.linalg.solve(A[:n, :n], b[:n]), rtol=1e-6, atol=1e-9)


def step(A: np.ndarray, g: np.ndarray, z: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    n = len(z)
    dz = np.empty(n)
    box_step(A, g, z, lower, upper, dz, np.empty((n, n)), np.empty((n, n)), np.empty(n))
    return dz


def exact_step(A: np.ndarray, g: np.ndarray, z: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Minimiser of dz A dz / 2 - g dz in the box: the least squares |L' dz - L^-1 g|^2 with A = L L'."""
    L = np.linalg.cholesky(A)
    return lsq_linear(L.T, np.linalg.solve(L, g), (lower - z, upper - z), method="bvls", tol=1e-14).x


def value(A: np.ndarray, g: np.ndarray, dz: np.ndarray) -> float:
    return float(0.5 * dz @ A @ dz - g @ dz)


def test_a_step_inside_the_box_is_newtons():
    A, g = random_problem(np.random.default_rng(0), 23)
    expected = np.linalg.solve(A, g)
    far = np.full(23, 10.0 * np.abs(expected).max())
    np.testing.assert_allclose(step(A, g, np.zeros(23), -far, far), expected, rtol=1e-6, atol=1e-9)


def test_a_diagonal_problem_stops_at_each_wall():
    dz = step(np.diag([1.0, 2.0, 4.0]), np.array([5.0, 1.0, -8.0]), np.zeros(3), np.full(3, -1.0), np.full(3, 2.0))
    np.testing.assert_allclose(dz, [2.0, 0.5, -1.0])


def test_two_coordinates_by_hand():
    # Minimise x^2 + x y + y^2 - 3 x - 3 y: free at (1, 1); with x <= 0.5, y = (3 - 0.5) / 2.
    A, g = np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([3.0, 3.0])
    dz = step(A, g, np.array([1.0, 4.0]), np.array([-9.0, -9.0]), np.array([1.5, 9.0]))
    np.testing.assert_allclose(dz, [0.5, 1.25])


def test_most_steps_in_a_box_are_the_best_ones():
    random = np.random.default_rng(1)
    lost = []
    for _ in range(100):
        A, g = random_problem(random, 23)
        # As in a hand: most joints are far from their stops, some stand before one.
        far = 3.0 * np.abs(np.linalg.solve(A, g)).max()
        room = np.where(random.random((2, 23)) < 0.1, random.uniform(0.0, 0.1, (2, 23)), 1.0) * far
        dz = step(A, g, np.zeros(23), -room[0], room[1])
        best = exact_step(A, g, np.zeros(23), -room[0], room[1])
        assert np.all(dz >= -room[0] - 1e-8)
        assert np.all(dz <= room[1] + 1e-8)
        lost.append(1.0 - value(A, g, dz) / value(A, g, best))
    # A stop that was met is never left again within a step, which costs something where many are near.
    assert min(lost) > -1e-6
    assert np.mean(np.array(lost) < 1e-6) > 2 / 3
