"""Runs the quick benchmarks, one table each."""

import sys
from collections.abc import Callable

from benchmarks import network_cost, planner_cost, simulator_speed
from pianomime_core.errors import UserError

BENCHES: tuple[Callable[[], int], ...] = (simulator_speed.main, planner_cost.main, network_cost.main)


def main() -> int:
    """Return the worst exit code: 0 if every benchmark reached its goal.

    Raises:
        UserError: The bundled networks are missing.
    """
    return max(bench() for bench in BENCHES)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
