"""A real-time test asserts, or is skipped with the reason, or fails: it never passes without music."""

import pytest
from quiet_machine import skip_if_busy


def test_a_machine_that_keeps_up_is_measured():
    skip_if_busy(100, 0)
    skip_if_busy(100, 5)


@pytest.mark.parametrize("missed", [6, 50, 90])
def test_a_busy_machine_is_not_measured_and_the_numbers_say_why(missed):
    with pytest.raises(pytest.skip.Exception, match=f"^not measured: the machine is busy: {missed} of 100 steps"):
        skip_if_busy(100, missed)


@pytest.mark.parametrize(("steps", "missed"), [(100, 91), (100, 100), (0, 0)])
def test_a_song_without_an_answer_in_time_fails(steps, missed):
    with pytest.raises(AssertionError, match="nothing was"):
        skip_if_busy(steps, missed)
