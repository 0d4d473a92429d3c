"""Tables of what is heard."""

from io import StringIO

from rich.console import Console
from rich.table import Table

from pianomime.reports.expressive_scores import EXPRESSIVE_SCORES
from pianomime.reports.heard import Heard
from pianomime.reports.heard_table import heard_tables, pedal_line, print_song, stray_lines
from pianomime.reports.note_scores import note_scores
from pianomime.reports.stray_strikes import StrayStrike
from pianomime_core.notes import Note, Score

PIECE = Score((Note(60, 0.0, 0.4, 50), Note(64, 0.01, 0.4, 90), Note(67, 0.5, 0.9, 70)))
PLAYED = Score((Note(60, 0.0, 0.4, 50), Note(64, 0.03, 0.4, 80), Note(67, 0.5, 1.0, 75), Note(69, 0.5, 0.6)))
HEARD = Heard(*note_scores(PIECE, PLAYED))


def console() -> Console:
    return Console(file=StringIO(), width=80)


def text_of(console: Console) -> str:
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_the_first_stray_strikes_are_told() -> None:
    strays = [StrayStrike(k + 0.125, "C#4", "again") for k in range(7)]
    assert stray_lines(strays).splitlines() == [
        "stray strikes: 7",
        *(f"  {k}.12 s  C#4  again" for k in range(5)),
        "  and 2 more: --json lists all",
    ]
    assert len(stray_lines(strays[:5]).splitlines()) == 6
    assert stray_lines([]) == "no stray strikes"
    assert stray_lines(HEARD.strays) == "stray strikes: 1\n  0.50 s  A4  neighbour"


def test_one_song() -> None:
    print_song(there := console(), Table("score", "value"), HEARD)
    lines = [line.strip("│ \n").split("│") for line in text_of(there).splitlines()]
    cells = {line[0].strip(): line[1].strip() for line in lines if len(line) == 2}
    assert cells["note precision"] == "0.750"
    assert cells["note recall"] == "1.000"
    assert cells["chord spread, ms"] == "20.0"
    assert cells["length error, ms"] == "40.0", "0, 20 and 100"
    assert cells["loudness error"] == "5.0", "0, 10 and 5"
    assert cells["stray: beside, again, other"] == "1, 0, 0"
    assert text_of(there).endswith("  0.50 s  A4  neighbour\n")


def test_what_was_not_measured_says_why() -> None:
    print_song(there := console(), Table("score", "value"), "not measured: [nobody] listened")
    assert "not measured: [nobody] listened" in text_of(there)


def test_the_pedal_by_choice_is_told_in_one_line() -> None:
    assert pedal_line({"sonata": HEARD.as_dict()}) is None
    scores = {"sonata": {"chosen_pedal_s": 1.25}, "waltz": HEARD.as_dict(), "tune": {"chosen_pedal_s": 3.0}}
    assert pedal_line(scores) == "pedal by choice: 4.2 s in 2 of 3 songs, which have no pedal of their own"


def test_songs_in_80_columns() -> None:
    scores = {"sonata": {**HEARD.as_dict(), **dict.fromkeys(EXPRESSIVE_SCORES, -0.123)}, "silence": {}}
    scores["silence"] = {name: value for name, value in HEARD.as_dict().items() if not name.endswith("_ms")}
    there = console()
    there.print(*heard_tables(scores, scores["sonata"]))
    text = text_of(there)
    assert max(len(line) for line in text.splitlines()) <= 80
    for words in ("0.750", "1, 0, 0", "chord", "loudness", "dynamic", "-0.123", "mean of 2"):
        assert words in text
    assert "…" not in text
    assert len(heard_tables({"sonata": HEARD.as_dict()}, HEARD.scores.as_dict())) == 2, "expressive ones are asked for"
