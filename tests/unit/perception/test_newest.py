"""The newest wins."""

import threading

from pianomime_perception.newest import Newest


def test_what_was_not_fetched_is_dropped():
    box = Newest[int]()
    for number in (1, 2, 3):
        box.put(number)
    assert (box.take(0), box.dropped) == (3, 2)
    assert box.take(0) is None
    box.put(4)
    assert (box.take(0), box.dropped) == (4, 2)


def test_who_waits_is_woken():
    box = Newest[str]()
    threading.Timer(0.05, box.put, ("late",)).start()
    assert box.take(60) == "late"
