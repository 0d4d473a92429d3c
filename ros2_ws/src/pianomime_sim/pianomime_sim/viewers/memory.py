"""Memory that is given back: a page that joins is sent the whole scene, megabytes, and is gone a moment later."""

import ctypes
import gc

MMAP_BYTES = 2**17
"""Pieces from this size on are taken from the system one by one and go back to it when they are freed. This is what
glibc begins with; left alone it raises the size to 32 MiB with the first piece that is freed, and the heap, full of
holes, grows with every page that joins."""
GIVE_BACK_PERIOD_S = 2.0
"""What a page left behind refers to itself, and waits for the garbage collector; asked this often at most."""

_M_MMAP_THRESHOLD = -3


def give_large_pieces_back() -> None:
    """Let this process give large pieces of memory back as soon as they are free."""
    ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, MMAP_BYTES)


def give_back() -> None:
    """Return what nobody refers to any more to the system."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
