# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""The normal equations of a Gauss-Newton step, to which squares are added one by one."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pianomime_policy.kernel import kernel


class NormalEquations(NamedTuple):
    """A dz = g; only the lower triangle of A is filled while they grow."""

    A: NDArray[np.float64]  # (n, n)
    g: NDArray[np.float64]  # (n,)


@kernel
def add_square(equations, weight, error, row):
    """Add weight * (error - row dz)^2 to the lower triangle of the equations; row (n,)."""
    A, g = equations
    for i in range(g.shape[0]):
        wi = weight * row[i]
        if wi != 0.0:
            g[i] += wi * error
            for j in range(i + 1):
                A[i, j] += wi * row[j]
