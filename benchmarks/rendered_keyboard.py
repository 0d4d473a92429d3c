"""Rendered images of keyboards with known ground truth.

A pinhole camera with slight lens distortion looks at 88 boxes with the dimensions of real pianos (black keys up to
3.5 mm off the middle of their gaps), at their surroundings beyond the far end and before the front, and at sleeves and
hands in the way, in even or uneven light, with shadows, gloss, noise and blur.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from pianomime_core.keyboard import KEYBOARD

Points = NDArray[np.float64]

WHITE_PITCH_M = 0.0235
FRONT_X_M = 0.075
HALF_LENGTH_M = 26 * WHITE_PITCH_M
BLACK_HEIGHT_M = 0.012
BLACK_OFFSET_M = {1: -0.0025, 3: 0.0025, 6: -0.0035, 8: 0.0, 10: 0.0035}
"""By pitch class, C = 0: how far right of the gap between two white keys the middle of a black key lies."""
OVERSAMPLING = 2
_SUBPIXEL_BITS = 4


@dataclass(frozen=True)
class View:
    """A camera over a keyboard, and the lighting.

    Attributes:
        image_size: (width, height) [px].
        focal_length: In image widths.
        share: Length of the keyboard in image widths if seen straight from above.
        roll_deg, tilt_deg, yaw_deg: Camera turned about its axis, about the keyboard (positive: seen from the player's
            side), and about the direction of the keys.
        off_center: Image position of the middle of the keyboard, in image widths from the centre.
        distortion: Radial, of first order, in squares of the focal length.
        mirrored: Mirrored, as by a webcam.
        light, gradient: Brightness of a white key, and its loss at one end of the keyboard.
        noise, blur_px: Standard deviations of the camera's noise (of 255) and blur (pixels).
        white_length_m, black_front_x_m, black_width_m, offset_share: Dimensions of this piano.
        gap_darkness: Darkness of the lines between white keys.
        hands, shadows: Their numbers.
        beyond_rgb, before_rgb: Colours of the fallboard and of what lies before the keys.
        seed: Random seed.
    """

    image_size: tuple[int, int] = (1280, 720)
    focal_length: float = 1.0
    share: float = 0.9
    roll_deg: float = 0.0
    tilt_deg: float = 0.0
    yaw_deg: float = 0.0
    off_center: tuple[float, float] = (0.0, 0.0)
    distortion: float = 0.0
    mirrored: bool = False
    light: float = 0.8
    gradient: float = 0.0
    noise: float = 2.0
    blur_px: float = 0.5
    white_length_m: float = 0.148
    black_front_x_m: float = 0.025
    black_width_m: float = 0.0105
    offset_share: float = 1.0
    gap_darkness: float = 0.6
    hands: int = 0
    shadows: int = 0
    beyond_rgb: tuple[float, float, float] = (25, 22, 20)
    before_rgb: tuple[float, float, float] = (40, 35, 30)
    seed: int = 0
    rotation: Points = field(init=False)
    position_m: Points = field(init=False)

    def __post_init__(self) -> None:
        # Seen straight from above: right in the image is +y, down is +x, away from the camera is -z.
        above = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
        roll, tilt, yaw = np.radians([self.roll_deg, self.tilt_deg, self.yaw_deg])
        turn = cv2.Rodrigues(np.array([0, 0, roll]))[0]
        turn = turn @ cv2.Rodrigues(np.array([-tilt, 0, 0]))[0] @ cv2.Rodrigues(np.array([0, yaw, 0]))[0]
        distance = 2 * HALF_LENGTH_M * self.focal_length / self.share
        seen = np.array([*self.off_center, self.focal_length]) * distance / self.focal_length
        object.__setattr__(self, "rotation", turn @ above)
        object.__setattr__(self, "position_m", -(turn @ above).T @ seen)

    def project(self, points_m: Points) -> Points:
        """World points (..., 3) [m] -> pixels (..., 2)."""
        camera = (points_m - self.position_m) @ self.rotation.T
        plane = camera[..., :2] / camera[..., 2:]
        plane = plane * (1 + self.distortion * np.sum(plane**2, axis=-1, keepdims=True))
        width, height = self.image_size
        pixels = plane * self.focal_length * width + np.array([width - 1, height - 1]) / 2
        if self.mirrored:
            pixels[..., 0] = width - 1 - pixels[..., 0]
        return np.asarray(pixels)


def keyboard_points_m() -> Points:
    """Points (88, 3, 2) all over the keyboard: far end, middle and front of every key, world x and y."""
    x, y = np.meshgrid([-0.07, 0.0, FRONT_X_M], KEYBOARD.center_y_m)
    return np.stack([x, y], axis=-1)


def render(view: View) -> NDArray[np.uint8]:
    """The image of a view, (H, W, 3) uint8 RGB."""
    random = np.random.default_rng(view.seed)
    canvas = _Canvas(view)
    far_x = FRONT_X_M - view.white_length_m
    end_y = HALF_LENGTH_M + 0.02
    canvas.fill([(-0.9, -1.5, 0), (-0.9, 1.5, 0), (far_x, 1.5, 0), (far_x, -1.5, 0)], view.beyond_rgb)
    canvas.fill([(far_x, -1.5, 0), (far_x, 1.5, 0), (0.9, 1.5, 0), (0.9, -1.5, 0)], view.before_rgb)
    # The fronts of the white keys are seen from the player's side.
    front = np.array([230.0, 228.0, 222.0])
    low = [(FRONT_X_M, -HALF_LENGTH_M, -0.02), (FRONT_X_M, HALF_LENGTH_M, -0.02)]
    canvas.fill([(FRONT_X_M, -HALF_LENGTH_M, 0), (FRONT_X_M, HALF_LENGTH_M, 0), *low[::-1]], front * 0.7)
    for side in (-1, 1):
        canvas.fill([(far_x, side * HALF_LENGTH_M, 0), (far_x, side * end_y, 0), (FRONT_X_M, side * end_y, 0),
                     (FRONT_X_M, side * HALF_LENGTH_M, 0)], view.beyond_rgb)  # fmt: skip
    for index in range(52):
        left, right = (np.array([index, index + 1]) - 26) * WHITE_PITCH_M
        canvas.fill([(far_x, left, 0), (far_x, right, 0), (FRONT_X_M, right, 0), (FRONT_X_M, left, 0)],
                    front * random.uniform(0.96, 1.0))  # fmt: skip
    for boundary in (np.arange(53) - 26) * WHITE_PITCH_M:
        left, right = boundary - 0.0005, boundary + 0.0005
        canvas.fill([(far_x, left, 0), (far_x, right, 0), (FRONT_X_M, right, 0), (FRONT_X_M, left, 0)],
                    front * (1 - view.gap_darkness))  # fmt: skip
    white_before = np.cumsum(~KEYBOARD.is_black)
    for key in np.flatnonzero(KEYBOARD.is_black):
        middle = (white_before[key] - 26) * WHITE_PITCH_M + view.offset_share * BLACK_OFFSET_M[(int(key) + 21) % 12]
        canvas.black_key(far_x, view.black_front_x_m, middle, view.black_width_m, random.uniform(20, 45))
    for _ in range(view.hands):
        canvas.hand(random.uniform(-0.55, 0.55), random.uniform(-0.04, 0.05), random)
    return canvas.developed(random)


def random_view(random: np.random.Generator, reasonable: bool) -> View:
    """A typical view (from near the top, all keys visible, some light), or one with any kind of defect."""

    def between(usual: tuple[float, float], wild: tuple[float, float]) -> float:
        return float(random.uniform(*(usual if reasonable else wild)))

    colors = np.array(
        [(15, 15, 15), (40, 35, 30), (110, 75, 45), (150, 115, 80), (130, 25, 30), (90, 95, 100), (200, 195, 185)]
    )
    sizes = (
        [(1280, 720), (1280, 960), (1024, 576)] if reasonable else [(1280, 720), (640, 360), (854, 480), (720, 1280)]
    )
    return View(
        image_size=sizes[random.integers(len(sizes))],
        focal_length=between((0.75, 1.3), (0.6, 1.6)),
        share=between((0.7, 0.92), (0.4, 1.15)),
        roll_deg=between((-15, 15), (-40, 40)) + (180 if random.random() < (0.1 if reasonable else 0.2) else 0),
        tilt_deg=between((-10, 20), (-35, 55)),
        yaw_deg=between((-5, 5), (-25, 25)),
        off_center=(between((-0.02, 0.02), (-0.15, 0.15)), between((-0.08, 0.08), (-0.2, 0.2))),
        distortion=between((-0.02, 0.02), (-0.1, 0.1)),
        mirrored=not reasonable and bool(random.random() < 0.15),
        light=between((0.4, 1.05), (0.08, 1.3)),
        gradient=between((0.0, 0.4), (0.0, 0.85)),
        noise=between((1.0, 6.0), (1.0, 25.0)),
        blur_px=between((0.3, 0.9), (0.3, 2.5)),
        white_length_m=float(random.uniform(0.145, 0.152)),
        black_front_x_m=FRONT_X_M - float(random.uniform(0.048, 0.053)),
        black_width_m=float(random.uniform(0.0095, 0.0125)),
        offset_share=float(random.uniform(0.0, 1.0)),
        gap_darkness=between((0.4, 0.85), (0.1, 0.85)),
        hands=int(random.integers(0, 3 if reasonable else 7)),
        shadows=int(random.integers(0, 3 if reasonable else 6)),
        beyond_rgb=tuple(colors[random.integers(len(colors))] * random.uniform(0.8, 1.1)),
        before_rgb=tuple(colors[random.integers(len(colors))] * random.uniform(0.8, 1.1)),
        seed=int(random.integers(2**31)),
    )


class _Canvas:
    """An image drawn at a larger size than the final one."""

    def __init__(self, view: View) -> None:
        self._view = view
        width, height = view.image_size
        self._image = np.zeros((height * OVERSAMPLING, width * OVERSAMPLING, 3), np.uint8)

    def fill(self, corners_m: list[tuple[float, float, float]], rgb: object) -> None:
        """A convex polygon."""
        cv2.fillConvexPoly(
            self._image, self._pixels(np.array(corners_m)), np.asarray(rgb).tolist(), cv2.LINE_AA, _SUBPIXEL_BITS
        )

    def black_key(self, far_x: float, front_x: float, middle_y: float, width_m: float, top: float) -> None:
        """Its dark outline, and its narrower, slightly glossy top."""
        ends = np.array([(x, y, z) for x in (far_x, front_x) for y in (-1, 1) for z in (0, 1)], dtype=float)
        ends[:, 1] = middle_y + ends[:, 1] * width_m / 2 * np.where(ends[:, 2] > 0, 0.9, 1.0)
        ends[:, 0] -= np.where((ends[:, 0] == front_x) & (ends[:, 2] > 0), 0.004, 0.0)
        ends[:, 2] *= BLACK_HEIGHT_M
        cv2.fillConvexPoly(self._image, cv2.convexHull(self._pixels(ends)), (12, 12, 12), cv2.LINE_AA, _SUBPIXEL_BITS)
        self.fill([tuple(ends[index]) for index in (1, 3, 7, 5)], (top, top, top * 1.05))

    def hand(self, y: float, x: float, random: np.random.Generator) -> None:
        """A palm, five fingers and a sleeve."""
        skin = np.array([205, 160, 130]) * random.uniform(0.4, 1.1)
        for finger, reach in enumerate((-0.01, 0.05, 0.06, 0.05, 0.03)):
            tip, base = (x - reach, y + (finger - 2) * 0.02), (x + 0.06, y + (finger - 2) * 0.014)
            thick = 0.008
            self.fill([(tip[0], tip[1] - thick, 0.02), (tip[0], tip[1] + thick, 0.02),
                       (base[0], base[1] + thick, 0.04), (base[0], base[1] - thick, 0.04)], skin)  # fmt: skip
        self.fill([(x + 0.04, y - 0.04, 0.04), (x + 0.04, y + 0.04, 0.04), (x + 0.13, y + 0.035, 0.04),
                   (x + 0.13, y - 0.035, 0.04)], skin * 0.95)  # fmt: skip
        self.fill([(x + 0.12, y - 0.045, 0.05), (x + 0.12, y + 0.045, 0.05), (x + 0.4, y + 0.06, 0.05),
                   (x + 0.4, y - 0.06, 0.05)], random.uniform(20, 200, 3))  # fmt: skip

    def developed(self, random: np.random.Generator) -> NDArray[np.uint8]:
        """Light, shadows, the lens and the sensor."""
        view = self._view
        width, height = view.image_size
        image = cv2.resize(self._image, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
        u, v = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
        direction = random.uniform(0, 2 * np.pi)
        light = 1 - view.gradient * (0.5 + 0.5 * np.clip(np.cos(direction) * u + np.sin(direction) * v, -1, 1))
        for _ in range(view.shadows):
            center, radius = random.uniform(-1, 1, 2), random.uniform(0.05, 0.4, 2)
            light *= 1 - random.uniform(0.1, 0.6) * np.exp(-((((u - center[0]) / radius[0]) ** 2 + ((v - center[1]) / radius[1]) ** 2) ** 2))  # fmt: skip # noqa: E501
        image *= (view.light * light)[..., None] * random.uniform(0.85, 1.0, 3)
        image = cv2.GaussianBlur(image, (0, 0), view.blur_px)
        image += random.normal(0, view.noise, image.shape)
        return np.clip(image, 0, 255).astype(np.uint8)

    def _pixels(self, points_m: Points) -> NDArray[np.int32]:
        # Points behind the camera are projected far outside the image.
        pixels = (self._view.project(points_m) + 0.5) * OVERSAMPLING - 0.5
        return np.clip(np.round(pixels * 2**_SUBPIXEL_BITS), -(2**20), 2**20).astype(np.int32)
