"""Statuses and the numbers that they must have."""

import pytest

from pianomime_core.ros_named_numbers import MessageError
from pianomime_core.ros_status_messages import read_status, status_message


def test_a_status_carries_its_numbers():
    message = status_message("score", {"f1": 0.1 + 0.2, "step": 3}, step=3)
    assert read_status(message, "score") == {"f1": 0.1 + 0.2, "step": 3.0}
    with pytest.raises(MessageError, match="no status 'other'; there are: score"):
        read_status(message, "other")
    with pytest.raises(MessageError, match="status 'words'"):
        read_status(status_message("words", {"f1": "good"}, step=0), "words")
    with pytest.raises(MessageError, match="33 characters; at most 32"):
        read_status(status_message("long", {"f1": "0." + "1" * 31}, step=0), "long")


@pytest.mark.parametrize("value", ["paused", "nan", "inf", None])
def test_a_status_without_the_numbers_that_are_needed_is_refused(value):
    values = {"speed": 1.0} | ({} if value is None else {"paused": value})
    message = status_message("transport", values, step=0)
    with pytest.raises(MessageError, match=r"^status 'transport'"):
        read_status(message, "transport", needed=("paused", "speed"))
