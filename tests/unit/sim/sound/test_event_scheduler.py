"""Rhythm is preserved, and instruments get each event when it is due."""

import threading
import time

import pytest

from pianomime_core.key_events import KeyEvent, PedalEvent
from pianomime_sim.sound.event_scheduler import EventScheduler, JitterBuffer


def test_events_of_one_step_are_spread_over_a_step_again():
    buffer = JitterBuffer()
    # Simulated time began at 100 s of the clock; a step's events arrive together, 3 ms after its end.
    times_s = [0.050, 0.055, 0.080, 0.100, 0.105, 0.150]
    arrivals_s = [100.053, 100.103, 100.103, 100.103, 100.153, 100.153]
    due = [buffer.due_s(time_s, arrival_s) for time_s, arrival_s in zip(times_s, arrivals_s, strict=True)]
    assert due == pytest.approx([100.053 + time_s for time_s in times_s])


def test_who_is_late_is_heard_at_once_and_after_a_pause_rhythm_is_found_anew():
    buffer = JitterBuffer()
    assert buffer.due_s(0.05, 10.0) == pytest.approx(10.05)
    assert buffer.due_s(0.10, 13.0) == pytest.approx(13.05)  # a pause of 3 s: the old offset is forgotten
    assert buffer.due_s(0.15, 13.5) == 13.5  # a step that came late


class Recorder:
    def __init__(self):
        self.heard, self.times_s, self.closed = [], [], False

    def press(self, pitch, velocity):
        self.heard.append((pitch, velocity))
        self.times_s.append(time.monotonic())

    def release(self, pitch):
        self.heard.append((pitch, 0))
        self.times_s.append(time.monotonic())

    def pedal(self, down):
        self.heard.append(("pedal", down))

    def close(self):
        self.closed = True


def test_a_band_plays_in_order_on_all_instruments_and_finishes():
    first, second = Recorder(), Recorder()
    scheduler = EventScheduler([first, second])
    begin_s = time.monotonic()
    for event in (KeyEvent(1.05, 39, 70), KeyEvent(1.08, 43, 80), KeyEvent(1.09, 39, 0)):
        scheduler.play(event)
    scheduler.close()
    assert first.heard == second.heard == [(60, 70), (64, 80), (60, 0)]
    assert first.closed
    assert second.closed
    assert not any(thread.name == "scheduler" for thread in threading.enumerate())
    # Never before its time: the most prompt event was the last.
    assert first.times_s[2] - begin_s >= 0.049


def test_the_pedal_is_played_in_its_turn():
    only = Recorder()
    scheduler = EventScheduler([only])
    for event in (PedalEvent(1.0, True), KeyEvent(1.01, 39, 70), KeyEvent(1.02, 39, 0), PedalEvent(1.05, False)):
        scheduler.play(event)
    scheduler.close()
    assert only.heard == [("pedal", True), (60, 70), (60, 0), ("pedal", False)]
