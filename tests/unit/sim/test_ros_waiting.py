"""Saying what a song waits for, with a clock of our own."""

from types import SimpleNamespace

from pianomime_sim.ros_waiting import PATIENCE_S, Waiting


class Log:
    """A node as far as Waiting needs one, and its clock."""

    def __init__(self) -> None:
        self.now_s, self.lines = 0.0, []

    def get_logger(self):
        return SimpleNamespace(info=self.lines.append)


def test_it_is_told_once_and_only_if_it_takes_long():
    log = Log()
    waiting = Waiting(log, lambda: log.now_s)
    for log.now_s in (0.0, 1.0, PATIENCE_S - 0.1):
        waiting.update("a song")
    assert log.lines == []
    for log.now_s in (PATIENCE_S, PATIENCE_S + 1, 10 * PATIENCE_S):
        waiting.update("a song")
    assert log.lines == ["waiting for a song"]


def test_each_thing_has_its_own_time():
    log = Log()
    waiting = Waiting(log, lambda: log.now_s)
    for log.now_s, awaited in ((0.0, "a song"), (9.0, "a start"), (18.0, "a start"), (18.5, ""), (40.0, "")):
        waiting.update(awaited)
    assert log.lines == []
    for log.now_s in (41.0, 51.0):
        waiting.update("a start")
    assert log.lines == ["waiting for a start"]
