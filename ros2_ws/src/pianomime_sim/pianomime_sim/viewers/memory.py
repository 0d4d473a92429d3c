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

"""Returns memory to the system: a page that connects is sent the whole scene, megabytes, and may soon leave again."""

import ctypes
import gc

MMAP_BYTES = 2**17
"""Blocks from this size on are mapped one by one and returned to the system when freed. This is glibc's initial
threshold; by default it rises to as much as 32 MiB when such a block is freed, and the fragmented heap grows with every
page that connects."""
GIVE_BACK_PERIOD_S = 2.0
"""Remains of a page are reference cycles, which need the garbage collector; it runs this often at most."""

_M_MMAP_THRESHOLD = -3


def give_large_pieces_back() -> None:
    """Make this process return large blocks of memory as soon as they are free."""
    ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, MMAP_BYTES)


def give_back() -> None:
    """Return unreferenced memory to the system."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
