"""ROS domains for tests: each run of the tests holds some for itself, so that two runs on one machine never meet."""

import fcntl
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

RUNS, DOMAINS_OF_A_RUN = 5, 20
"""ROS 2 has the domains 1 to 101 for use on Linux; 0 is everybody's default."""


def _own_domains() -> Iterator[int]:
    for run in range(RUNS):
        with (Path(tempfile.gettempdir()) / f"pianomime-test-domains-{run}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            first = 1 + run * DOMAINS_OF_A_RUN
            yield from itertools.cycle(range(first, first + DOMAINS_OF_A_RUN))  # the lock is held meanwhile
    raise RuntimeError(f"{RUNS} other runs of the tests hold all ROS domains")


_DOMAINS = _own_domains()


def take_domain() -> int:
    """Return a domain that no other run uses, and of this run the one that was used longest ago.

    Raises:
        RuntimeError: `RUNS` others are going on.
    """
    return next(_DOMAINS)
