"""The fuzzing framework distinguishes accepted, refused and failed inputs, and its mutations depend on the seed."""

import os
import signal

import numpy as np
import pytest
from benchmarks.fuzz.__main__ import FuzzOptions, kinds, main
from benchmarks.fuzz.attempts import Attempt, report
from benchmarks.fuzz.mutation import mutated

from pianomime_core.errors import UserError

DATA = bytes(range(256))


def refuse(line: str) -> None:
    raise UserError(line)


def test_what_becomes_of_attempts() -> None:
    attempts = [
        Attempt("good", lambda: None),
        Attempt("bad", lambda: refuse("file 'a' is bad")),
        Attempt("long", lambda: refuse("a" * 5000)),
        Attempt("wrong", lambda: [][0]),
        Attempt("crash", lambda: os.kill(os.getpid(), signal.SIGSEGV)),
    ]
    found = report(attempts, len(attempts), "test")
    assert (found.tried, found.accepted, found.refused) == (5, 1, 1)
    assert [failure.split(":")[0] for failure in found.failures] == ["long", "wrong", "crash"]


def test_mutations_change_and_can_be_made_again() -> None:
    def many(seed: int) -> list[bytes]:
        random = np.random.default_rng(seed)
        return [mutated(DATA, random) for _ in range(200)]

    assert many(1) == many(1) != many(2)
    assert DATA not in many(1)
    assert len({len(each) for each in many(1)}) > 20


def test_bad_arguments() -> None:
    with pytest.raises(UserError, match="unknown kind of input 'paper': choose one of"):
        main(FuzzOptions(("paper",)))
    if kinds():
        with pytest.raises(UserError, match="count is 0"):
            main(FuzzOptions(count=0))
