"""The results of `play`, `live` and `follow`, from what the graph says; the graph is replaced, it has its own tests."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from command_examples import Command
from rich.console import Console

from pianomime.commands.perform import perform
from pianomime.graph.graph import Running
from pianomime.graph.graph_options import LiveOptions, PlayOptions
from pianomime_core.midi_score import load_midi

SCORE = {
    **dict.fromkeys(("precision", "recall", "f1", "micro_precision", "micro_recall", "micro_f1", "active_f1"), 0.75),
    **dict.fromkeys(("onset_precision", "onset_recall", "onset_f1", "do_nothing_f1"), 0.5),
    **{"frames": 25, "step": 25, "steps": 25, "first_step": 0, "missed_deadlines": 3, "finished": 1},
    **{"latency_p50_ms": 5.0, "latency_p99_ms": 9.0, "latency_max_ms": 11.0},
}
FOLLOWED = {"clouds": 80, "rh_seen": 1, "rh_distance_p50_mm": 7.0, "rh_distance_p95_mm": 21.0, "period_p50_ms": 50.0}


def graph_that_says(values: dict[str, float], asked: list[Any]) -> Callable[..., Any]:
    @contextmanager
    def running(options: Any, *others: object) -> Iterator[Running]:
        asked.append(options)
        runner: Any = SimpleNamespace(wait=lambda meanwhile: meanwhile())
        yield Running(runner, Console(), SimpleNamespace(values=values))  # type: ignore[arg-type]

    return running


@pytest.mark.parametrize(
    ("options", "music"),
    [(PlayOptions(midi=Path("tune.mid")), {"song": "tune"}), (LiveOptions(delay_s=2.0), {"delay_s": 2.0})],
)
def test_scores_and_latencies(
    options: PlayOptions | LiveOptions, music: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pianomime.commands.perform.running", graph_that_says(SCORE, []))
    file = tmp_path / "score.json"
    assert perform(options, "title", json=file) == 0
    assert json.loads(file.read_text()) == {**music, "controller": "onnx", **SCORE}


def test_what_is_heard_comes_from_the_rollout(
    recorded: Path, tune: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pianomime.commands.perform.running", graph_that_says(SCORE, []))
    options, file = PlayOptions(midi=tune, rollout=recorded), tmp_path / "score.json"
    assert perform(options, "title", json=file, written=load_midi(tune)) == 0
    heard = json.loads(file.read_text())["heard"]
    assert (heard["notes"], heard["note_recall"]) == (3, 1)


@pytest.mark.parametrize(
    ("said", "why"),
    [({}, "there is no rollout"), ({"first_step": 8}, "the simulator was started again")],
)
def test_what_is_not_measured_says_why(
    said: dict[str, float],
    why: str,
    tune: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("pianomime.commands.perform.running", graph_that_says({**SCORE, **said}, []))
    options, file = PlayOptions(midi=tune, rollout=tmp_path / "none.npz"), tmp_path / "score.json"
    assert perform(options, "title", json=file, written=load_midi(tune)) == 0
    assert f"not measured: {why}" in " ".join(capfd.readouterr().out.split())
    assert "heard" not in json.loads(file.read_text())


def test_an_interrupt_while_listening_keeps_the_score(
    recorded: Path, tune: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pianomime.commands.perform.running", graph_that_says(SCORE, []))
    monkeypatch.setattr("pianomime.reports.heard.heard_again", interrupted)
    file = tmp_path / "score.json"
    assert perform(PlayOptions(midi=tune, rollout=recorded), "title", json=file, written=load_midi(tune)) == 130
    assert json.loads(file.read_text())["f1"] == SCORE["f1"]


def test_distances_and_latencies_of_following(pianomime: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pianomime.graph.graph.running", graph_that_says(FOLLOWED, []))
    result = pianomime("follow", "--fingertips", "--json", "-")
    assert json.loads(result.out) == {"clouds": 80, "rh_distance_p50_mm": 7.0, "rh_distance_p95_mm": 21.0}
    assert "right hand: fingertips 7 mm (median) from the pianist's, p95 21 mm" in result.err


def test_where_nothing_was_seen_the_result_says_so(pianomime: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pianomime.graph.graph.running", graph_that_says({}, []))
    assert json.loads(pianomime("follow", "--fingertips", "--json", "-").out) == {"clouds": 0}


@pytest.mark.parametrize(("option", "level"), [("-q", "warn"), ("-v", "debug")])
def test_nodes_log_as_much_as_is_asked(
    option: str, level: str, pianomime: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr("pianomime.graph.graph.running", graph_that_says(FOLLOWED, asked))
    assert pianomime("follow", "--fingertips", option).code == 0
    assert asked[0].log_level == level
