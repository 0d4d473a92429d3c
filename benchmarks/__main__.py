"""Run the quick benchmarks, one table each."""

import sys
from collections.abc import Callable

from benchmarks import planner_cost, simulator_speed

BENCHES: tuple[Callable[[], int], ...] = (simulator_speed.main, planner_cost.main)


def main() -> int:
    """Return the worst exit code: 0 when every bench reached its goal."""
    return max(bench() for bench in BENCHES)


if __name__ == "__main__":
    sys.exit(main())
