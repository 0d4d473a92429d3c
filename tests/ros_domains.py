"""ROS domains for tests: each run of the tests holds some for itself, so that two runs on one machine never meet."""

import fcntl
import itertools
import tempfile
from functools import cache
from pathlib import Path

RUNS, DOMAINS_OF_A_RUN = 5, 20
"""ROS 2 has the domains 1 to 101 for use on Linux; 0 is everybody's default."""


def take_domain() -> int:
    """Return a domain that no other run uses, and of this run the one that was used longest ago.

    Raises:
        RuntimeError: `RUNS` others are going on.
    """
    return next(_own_domains())


@cache
def _own_domains() -> "itertools.cycle[int]":
    for run in range(RUNS):
        lock = (Path(tempfile.gettempdir()) / f"pianomime-test-domains-{run}.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            continue
        _own_domains.lock = lock  # type: ignore[attr-defined]  # open, and so held, until the process ends
        first = 1 + run * DOMAINS_OF_A_RUN
        return itertools.cycle(range(first, first + DOMAINS_OF_A_RUN))
    raise RuntimeError(f"{RUNS} other runs of the tests hold all ROS domains")
