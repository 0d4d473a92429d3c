"""Measured times in three numbers."""

from collections.abc import Sequence

import numpy as np


def spread_ms(times_s: Sequence[float], name: str) -> dict[str, float]:
    """Return median, 99th percentile and maximum of some times, in ms, named `<name>_p50_ms` and so on; {} for none."""
    if not times_s:
        return {}
    p50, p99 = np.percentile(times_s, (50, 99)) * 1e3
    return {f"{name}_p50_ms": float(p50), f"{name}_p99_ms": float(p99), f"{name}_max_ms": 1e3 * max(times_s)}
