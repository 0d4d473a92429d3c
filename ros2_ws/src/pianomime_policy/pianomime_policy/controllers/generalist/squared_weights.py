"""Features of older posture networks, which did not use the same objective as inverse kinematics.

Their steps minimised sums of w^2 e^2, while inverse kinematics minimises w e^2, and left out the clearance of the
knuckles. A network that was trained on such features gets them.
"""

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.controllers.generalist.learned_hand import LearnedHand


class SquaredWeightsHand(LearnedHand):
    """A `LearnedHand` for networks whose metadata name the older steps."""

    steps = "coordinate-wise Newton step"

    def _rows_before(self, begun: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.reference  # with the values of the previous step

    def _step(
        self,
        z: NDArray[np.float64],
        target: NDArray[np.float64],
        weight: NDArray[np.float64],
        rest: NDArray[np.float64],
        near: NDArray[np.float64],
        slack: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        self._solve(z.copy(), target, weight, rest, near, slack, 0)  # fills the scratch arrays
        pull = weight[..., None] * self._jacobians
        stiffness = self._stiffness + self._nearness
        gradient = np.einsum("fki,fk->i", pull, weight * self._errors(target))
        gradient += self._stiffness * (rest - z) + self._nearness * (near - z)
        step = gradient / (np.square(pull).sum(axis=(0, 1)) + stiffness)
        return np.clip(z + step, self.chain.lower, self.chain.upper) - z
