"""Contacts by hand: shares of frames, forces, and frames lost while parts touch."""

import numpy as np
import pytest

from pianomime.reports.contact_report import SongContacts, contact_scores, contact_scores_table, contacts_table
from pianomime_physics.hand_contacts import HandPart

STEPS, PARTS = 4, 10
INDEX, MIDDLE, RING, PALM = (HandPart("rh", name) for name in ("index", "middle", "ring", "palm"))
LEFT_INDEX, LEFT_MIDDLE = HandPart("lh", "index"), HandPart("lh", "middle")


def _force(values: dict[tuple[int, int], float]) -> np.ndarray:
    force = np.zeros((STEPS, PARTS))
    for place, newton in values.items():
        force[place] = newton
    return force


FORCES = {
    (INDEX, MIDDLE): _force({(0, 0): 2.0, (0, 1): 4.0, (1, 9): 0.5}),
    (INDEX, RING): _force({(2, 0): 9.0}),
    (LEFT_INDEX, LEFT_MIDDLE): _force({(1, 0): 3.0}),
    (PALM, LEFT_MIDDLE): _force({(3, 4): 20.0}),
}


def test_scores_are_shares_of_frames_and_forces() -> None:
    scores = contact_scores(FORCES, STEPS)
    assert scores.hands_touching == 1 / 4
    assert scores.fingers_pushing == 2 / 4  # index and middle: .5 N alone does not push, but in that frame the left do
    assert scores.contact_mean_n == pytest.approx(38.5 / (STEPS * PARTS))
    assert scores.contact_peak_n == 20.0


def test_of_what_never_touches_all_scores_are_0() -> None:
    assert set(contact_scores({}, STEPS).as_dict().values()) == {0.0}


def test_contacts_of_both_hands_count_a_frame_once() -> None:
    goal, pressed = np.zeros((STEPS, 88), bool), np.zeros((STEPS, 88), bool)
    goal[1, :3], pressed[3, 0] = True, True
    contacts = SongContacts.of(FORCES, goal, pressed)
    assert contacts.frames == STEPS
    fingers = contacts.pairs["index and middle"]
    assert (fingers.frames, fingers.lost_note_frames, fingers.contact_steps) == (2, 3, 4)
    assert (fingers.force_sum_n, fingers.peak_n) == (9.5, 4.0)
    hands = contacts.pairs["right palm and left middle"]
    assert (hands.frames, hands.lost_note_frames, hands.peak_n) == (1, 1, 20.0)


def test_songs_add_up() -> None:
    nothing = np.zeros((STEPS, 88), bool)
    one = SongContacts.of(FORCES, nothing, nothing)
    other = SongContacts.of({(INDEX, RING): _force({(0, 0): 11.0})}, nothing, nothing)
    both = one + other
    assert both.frames == 2 * STEPS
    assert (both.pairs["index and ring"].frames, both.pairs["index and ring"].peak_n) == (2, 11.0)
    assert both.pairs["index and middle"] == one.pairs["index and middle"]


def test_tables_name_what_touches() -> None:
    nothing = np.zeros((STEPS, 88), bool)
    rows = list(contacts_table(SongContacts.of(FORCES, nothing, nothing)).columns[0].cells)
    assert rows[0] == "index and middle"
    scores = contact_scores(FORCES, STEPS).as_dict()
    table = contact_scores_table({"song": scores}, scores)
    assert [next(iter(column.cells)) for column in table.columns] == ["song", "25.0 %", "50.0 %", "1.0 N", "20.0 N"]
