"""ROS domains for tests: nobody is in them, and two runs of the tests on one machine never take the same."""

import fcntl
import itertools
import os
import tempfile
from collections.abc import Container, Iterator
from pathlib import Path

RUNS, DOMAINS_OF_A_RUN = 5, 20
DOMAINS = range(102)
"""Those that ROS 2 has for use on Linux; 0 is everybody's default."""
FIRST_PORT, PORTS_OF_A_DOMAIN = 7400, 250
"""UDP ports of DDS (DDSI-RTPS 2.5, 9.6.2.4)."""
_SOCKETS = Path("/proc/net/udp")


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


def occupied_domains(inodes: Container[str] | None = None) -> set[int]:
    """Return the domains in which a process of this machine has a socket; none where Linux's list is missing.

    `inodes`: Look at these sockets only.
    """
    lines = _SOCKETS.read_text().splitlines()[1:] if _SOCKETS.exists() else []
    sockets = [(words[1], words[9]) for words in map(str.split, lines)]
    ports = [int(address.split(":")[1], 16) for address, inode in sockets if inodes is None or inode in inodes]
    return {(port - FIRST_PORT) // PORTS_OF_A_DOMAIN for port in ports} & set(DOMAINS)


def own_domains() -> set[int]:
    """Return the domains in which this process has a socket."""
    links = [os.readlink(file) for file in Path("/proc/self/fd").glob("*") if file.is_symlink()]
    return occupied_domains({link.removeprefix("socket:[").removesuffix("]") for link in links})


def free_domain() -> int:
    """Return a domain that no other run takes and in which nobody is, of those the one that was taken longest ago.

    Raises:
        RuntimeError: `RUNS` others are going on, or somebody is in every domain of this run.
    """
    occupied = occupied_domains()
    for domain in itertools.islice(_DOMAINS, DOMAINS_OF_A_RUN):
        if domain not in occupied:
            return domain
    raise RuntimeError(f"somebody is in every ROS domain of this run: {sorted(occupied)}")
