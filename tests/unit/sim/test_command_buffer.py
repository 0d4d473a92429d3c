"""Commands between two threads."""

import threading

import numpy as np
import pytest

from pianomime_sim.command_buffer import CommandBuffer, OtherRowsError


def rows(*firsts: float) -> np.ndarray:
    return np.array([[first, 0.0] for first in firsts])


def test_a_command_is_for_its_step():
    buffer = CommandBuffer()
    assert buffer.setpoint_for(0) is None
    buffer.put(3, rows(1.0))
    assert buffer.setpoint_for(3).targets.tolist() == [[1.0, 0.0]]
    assert buffer.setpoint_for(4) is None
    assert buffer.newest()[0] == 3


def test_a_chunk_reaches_as_far_as_it_has_rows():
    buffer = CommandBuffer()
    buffer.put(3, rows(1.0, 2.0, 3.0))
    assert [buffer.setpoint_for(step).targets[0, 0] for step in (3, 4, 5)] == [1.0, 2.0, 3.0]
    assert buffer.setpoint_for(6) is None
    step, held = buffer.newest()
    assert (step, held.targets[0, 0]) == (3, 3.0)


def test_a_command_says_where_the_pedal_is_or_it_is_up():
    buffer = CommandBuffer()
    buffer.put(3, rows(1.0, 2.0))
    assert [buffer.setpoint_for(step).pedal for step in (3, 4)] == [False, False]
    buffer.put(4, rows(1.0, 2.0), np.array([False, True]))
    assert [buffer.setpoint_for(step).pedal for step in (4, 5)] == [False, True]
    assert buffer.newest()[1].pedal


def test_older_and_repeated_commands_change_nothing():
    buffer = CommandBuffer()
    buffer.put(5, rows(5.0))
    buffer.put(4, rows(4.0))
    buffer.put(5, rows(55.0))
    assert buffer.setpoint_for(5).targets[0, 0] == 5.0


def test_waiting_ends_when_the_command_comes():
    buffer = CommandBuffer()
    assert not buffer.wait(0, timeout_s=0.0)
    waited = threading.Event()

    def wait() -> None:
        if buffer.wait(1, timeout_s=60.0):
            waited.set()

    thread = threading.Thread(target=wait)
    thread.start()
    buffer.put(0, rows(0.0))
    assert not waited.is_set()
    buffer.put(1, rows(1.0))
    thread.join()
    assert waited.is_set()


def test_the_clock_of_arrival_is_kept():
    times = iter([10.0, 11.0])
    buffer = CommandBuffer(clock=lambda: next(times))
    buffer.put(0, rows(0.0))
    buffer.put(1, rows(0.0))
    assert buffer.arrival_s(1) == 11.0
    assert buffer.arrival_s(0) is None


def test_the_parts_of_a_step_stay_together():
    buffer = CommandBuffer()
    buffer.put(3, rows(1.0, 2.0, 3.0, 4.0), np.array([True, True, False, True]), rows_per_step=2)
    assert [buffer.setpoint_for(step).targets[:, 0].tolist() for step in (3, 4)] == [[1.0, 2.0], [3.0, 4.0]]
    assert [buffer.setpoint_for(step).pedal.tolist() for step in (3, 4)] == [[True, True], [False, True]]
    assert buffer.setpoint_for(5) is None
    assert buffer.newest()[1].targets[:, 0].tolist() == [4.0, 4.0], "what is held are the last targets"
    assert buffer.newest()[1].pedal.tolist() == [True, True]


def test_all_steps_of_a_song_have_as_many_parts():
    buffer = CommandBuffer()
    buffer.put(3, rows(1.0, 2.0), rows_per_step=2)
    with pytest.raises(OtherRowsError, match="1 points for each step: the first command of this song had 2"):
        buffer.put(4, rows(1.0))
    assert buffer.newest()[0] == 3
