"""One place between two threads, for those who want the newest and never a queue of old ones."""

import threading
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Newest(Generic[Item]):
    """What is put in takes the place of what was not fetched.

    Attributes:
        dropped: How many nobody has fetched.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item: Item | None = None
        self.dropped = 0

    def put(self, item: Item) -> None:
        """Leave something for the other thread."""
        with self._changed:
            self.dropped += self._item is not None
            self._item = item
            self._changed.notify()

    def take(self, timeout_s: float) -> Item | None:
        """Fetch what was put in last; None if nothing comes in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._item is not None, timeout_s)
            item, self._item = self._item, None
            return item
