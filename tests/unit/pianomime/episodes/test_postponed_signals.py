"""Signals inside the context are recorded and take effect at its end."""

import signal
from collections.abc import Iterator

import pytest

from pianomime.episodes.postponed_signals import PostponedSignals

pytestmark = pytest.mark.usefixtures("hears_interrupts")


@pytest.fixture
def terminated() -> Iterator[list[int]]:
    """The SIGTERMs that the process answered."""
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    yield heard
    signal.signal(signal.SIGTERM, before)


def test_an_interrupt_waits_for_the_end() -> None:
    done = False

    def work() -> None:
        nonlocal done
        with PostponedSignals() as stop:
            assert stop.received is None
            signal.raise_signal(signal.SIGINT)
            assert stop.received == signal.SIGINT
            done = True

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_end_of_the_process_waits_however_often_it_is_asked_for(terminated: list[int]) -> None:
    with PostponedSignals() as stop:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        assert stop.received == signal.SIGTERM
        assert terminated == []
    assert terminated == [signal.SIGTERM]


def test_a_second_interrupt_is_heard_at_once() -> None:
    steps = []

    def work() -> None:
        with PostponedSignals():
            signal.raise_signal(signal.SIGINT)
            steps.append(1)
            signal.raise_signal(signal.SIGINT)
            steps.append(2)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert steps == [1]


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with PostponedSignals() as stop:
            signal.raise_signal(signal.SIGINT)
            assert stop.received is None
    finally:
        signal.signal(signal.SIGINT, before)
