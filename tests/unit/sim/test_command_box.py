"""Commands between two threads."""

import threading

import numpy as np

from pianomime_sim.command_box import CommandBox


def rows(*firsts: float) -> np.ndarray:
    return np.array([[first, 0.0] for first in firsts])


def test_a_command_is_for_its_step():
    box = CommandBox()
    assert box.reaching(0) is None
    box.put(3, rows(1.0))
    assert box.reaching(3).targets.tolist() == [1.0, 0.0]
    assert box.reaching(4) is None
    assert box.newest()[0] == 3


def test_a_chunk_reaches_as_far_as_it_has_rows():
    box = CommandBox()
    box.put(3, rows(1.0, 2.0, 3.0))
    assert [box.reaching(step).targets[0] for step in (3, 4, 5)] == [1.0, 2.0, 3.0]
    assert box.reaching(6) is None
    step, held = box.newest()
    assert (step, held.targets[0]) == (3, 3.0)


def test_a_command_says_where_the_pedal_is_or_it_is_up():
    box = CommandBox()
    box.put(3, rows(1.0, 2.0))
    assert [box.reaching(step).pedal for step in (3, 4)] == [False, False]
    box.put(4, rows(1.0, 2.0), np.array([False, True]))
    assert [box.reaching(step).pedal for step in (4, 5)] == [False, True]
    assert box.newest()[1].pedal


def test_older_and_repeated_commands_change_nothing():
    box = CommandBox()
    box.put(5, rows(5.0))
    box.put(4, rows(4.0))
    box.put(5, rows(55.0))
    assert box.reaching(5).targets[0] == 5.0


def test_waiting_ends_when_the_command_comes():
    box = CommandBox()
    assert not box.wait(0, timeout_s=0.0)
    waited = threading.Event()

    def wait() -> None:
        if box.wait(1, timeout_s=60.0):
            waited.set()

    thread = threading.Thread(target=wait)
    thread.start()
    box.put(0, rows(0.0))
    assert not waited.is_set()
    box.put(1, rows(1.0))
    thread.join()
    assert waited.is_set()


def test_the_clock_of_arrival_is_kept():
    times = iter([10.0, 11.0])
    box = CommandBox(clock=lambda: next(times))
    box.put(0, rows(0.0))
    box.put(1, rows(0.0))
    assert box.arrival_s(1) == 11.0
    assert box.arrival_s(0) is None
