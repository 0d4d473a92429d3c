"""Silence for libraries that write to file descriptor 2 what our own errors say in one line."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_library_noise() -> Iterator[None]:
    """What ALSA, JACK and the like complain about in the meantime is heard by nobody."""
    kept = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)
