"""Silences libraries that write to stderr (file descriptor 2); our own errors report the problem in one line."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_library_noise() -> Iterator[None]:
    """Discard what ALSA, JACK and the like write to stderr within the block."""
    kept = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)
