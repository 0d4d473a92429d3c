"""What a valid status must contain."""

import pytest

from pianomime.commands.perform import score_card
from pianomime.graph.ros_status import NEEDED
from pianomime_core.ros_named_numbers import MessageError
from pianomime_core.ros_status_messages import read_status, status_message


@pytest.mark.parametrize("left_out", NEEDED["score"])
def test_a_score_that_lacks_a_number_is_none(left_out):
    values = dict.fromkeys(NEEDED["score"], 1.0)
    complete = read_status(status_message("score", values, step=0), "score", needed=NEEDED["score"])
    assert score_card(complete).f1 == 1.0
    del values[left_out]
    with pytest.raises(MessageError, match=f"no number for {left_out}"):
        read_status(status_message("score", values, step=0), "score", needed=NEEDED["score"])
