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

"""The linear core of the solver: a Newton step within limits, by an active set and Cholesky's factors."""

import numpy as np

from pianomime_policy.kernel import kernel


@kernel
def cholesky_solve(A, b, n, L, x):
    """Solve A[:n, :n] x = b[:n] for a symmetric positive definite A; L is scratch, x the result (n,)."""
    for i in range(n):
        for j in range(i + 1):
            s = A[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            if i == j:
                L[i, i] = np.sqrt(max(s, 1e-14))
            else:
                L[i, j] = s / L[j, j]
    for i in range(n):
        s = b[i]
        for k in range(i):
            s -= L[i, k] * x[k]
        x[i] = s / L[i, i]
    for i in range(n - 1, -1, -1):
        s = x[i]
        for k in range(i + 1, n):
            s -= L[k, i] * x[k]
        x[i] = s / L[i, i]


@kernel
def box_step(A, g, z, lower, upper, dz, scratch_A, scratch_L, scratch_x):
    """Write the step dz (n,) that solves A dz = g with z + dz in [lower, upper] (a few active-set iterations)."""
    n = z.shape[0]
    fixed = np.zeros(n, np.bool_)
    free = np.empty(n, np.int64)
    b = np.empty(n)
    for _ in range(4):
        m = 0
        for i in range(n):
            if not fixed[i]:
                free[m] = i
                m += 1
        for r in range(m):
            i = free[r]
            b[r] = g[i]
            for j in range(n):
                if fixed[j]:
                    b[r] -= A[i, j] * dz[j]
            for c in range(r + 1):
                scratch_A[r, c] = A[i, free[c]]
        cholesky_solve(scratch_A, b, m, scratch_L, scratch_x)
        violated = False
        for r in range(m):
            i = free[r]
            dz[i] = scratch_x[r]
            if z[i] + dz[i] < lower[i] - 1e-9:
                dz[i] = lower[i] - z[i]
                fixed[i] = True
                violated = True
            elif z[i] + dz[i] > upper[i] + 1e-9:
                dz[i] = upper[i] - z[i]
                fixed[i] = True
                violated = True
        if not violated:
            break
