"""Signals that end the music."""

import os
import pty
import signal

import pytest

from pianomime.episodes.interrupts import Interrupted, interrupt_exit_code, interruptible


@pytest.fixture(autouse=True)
def hangup_is_heard():
    """The tests themselves may have been started by nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 128 + 15), (signal.SIGHUP, 128 + 1)]
)
def test_each_signal_interrupts_and_has_the_exit_code_that_shells_know(number, code):
    with pytest.raises(KeyboardInterrupt) as interrupt, interruptible():
        signal.raise_signal(number)
    assert interrupt_exit_code(interrupt.value) == code


def raised_twice(number: int) -> list[str]:
    done = []
    with interruptible():
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt:
            done.append("saving")
            signal.raise_signal(number)
            done.append("saved")
    return done


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_closed_terminal_sends_two_and_the_second_takes_nothing(number):
    assert raised_twice(number) == ["saving", "saved"]


def test_a_second_ctrl_c_is_impatience():
    with pytest.raises(KeyboardInterrupt):
        raised_twice(signal.SIGINT)


def test_nohup_is_respected_and_handlers_come_back():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_words_to_a_terminal_that_is_gone_are_no_errors():
    child, terminal = pty.fork()
    if child == 0:
        code = 1
        try:
            with interruptible():
                os.write(1, b"ready\n")
                signal.pause()
        except Interrupted:
            print("the score", flush=True)  # OSError: Input/output error on a dead terminal
            code = 7
        finally:
            os._exit(code)
    assert os.read(terminal, 5) == b"ready"
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
