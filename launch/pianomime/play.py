"""`pianomime play`: the graph as processes, progress while it plays, the score at the end."""

import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import fields
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from pianomime.instance import InstanceLock
from pianomime.node_table import LiveOptions, PlayOptions, node_table
from pianomime.runner import NodeDied, Runner
from pianomime.score_table import song_table
from pianomime.songs import read_song
from pianomime_core.errors import UserError
from pianomime_core.metrics import ScoreCard
from pianomime_core.ros_environment import complete_ros_environment, domain_id

__all__ = ["PlayOptions", "play"]

EXIT_END, EXIT_NODE_DIED = 0, 1


def play(options: PlayOptions, notice: str = "") -> int:
    """Play a song through the ROS graph and return the exit code: 0 at the end of the song, 1 if a node died.

    A notice is a line to be told once nothing is left to be refused.

    Raises:
        UserError: Bad input: song, controller, port, domain, or a second instance.
        KeyboardInterrupt: Ctrl-C, after everything has been shut down.
    """
    read_song(options.midi)
    return perform(options, f"{options.midi.stem}, {options.controller}", notice)


def perform(options: PlayOptions | LiveOptions, title: str, notice: str = "") -> int:
    """Run the graph to its end, and print the score under a title; see `play`. Live music ends with Ctrl-C."""
    if options.viewer == "browser":
        from pianomime_sim.viewers import LOCALHOST
        from pianomime_sim.viewers.port import check_port

        check_port(LOCALHOST, options.viewer_port)
    complete_ros_environment()
    try:
        from pianomime.ros_score import ScoreListener
    except ImportError as error:
        raise UserError(f"ROS 2 is not usable here ({error}): play with --no-ros") from error
    console = Console()
    live = isinstance(options, LiveOptions)
    with (
        closing(InstanceLock(domain_id(os.environ))),
        _signals(),
        tempfile.TemporaryDirectory(prefix="pianomime-") as folder,
        # Nodes first: starting processes is safe while this one has no threads of its own.
        Runner(
            node_table(options, Path(folder) / "score.json"), lambda name, line: _say(console, name, line)
        ) as runner,
        closing(ScoreListener()) as listener,
    ):
        if notice:
            console.print(notice, highlight=False, soft_wrap=True)
        try:
            with _progress(console) as progress:
                bar = progress.add_task("starting", total=None, note="")
                try:
                    runner.wait(lambda: _show(progress, bar, listener.values, live))
                except KeyboardInterrupt:
                    if not live:
                        raise
                    # A second Ctrl-C does not wait for the score.
                    runner.end_music()
            values = _last_score(Path(folder) / "score.json")
        except NodeDied as death:
            print(f"pianomime: {death}", file=sys.stderr)
            return EXIT_NODE_DIED
    if values is None:
        if live:
            print("pianomime: nothing was played, so there is no score", file=sys.stderr)
            return EXIT_END
        print("pianomime: the song ended without a score: no goal ever reached sim_node", file=sys.stderr)
        return EXIT_NODE_DIED
    _print_end(console, title, values)
    return EXIT_END


def score_card(values: Mapping[str, float]) -> ScoreCard:
    """The score in the numbers of /piano/score."""
    scores = {
        field.name: values[field.name] for field in fields(ScoreCard) if field.name in values and field.name != "frames"
    }
    return ScoreCard(frames=int(values["frames"]), **scores)


def _last_score(file: Path) -> dict[str, float] | None:
    # sim_node writes it before it ends.
    if not file.exists():
        return None
    values: dict[str, float] = json.loads(file.read_text(encoding="utf-8"))
    return values


def _print_end(console: Console, title: str, values: Mapping[str, float]) -> None:
    card = score_card(values)
    console.print(song_table(title, card, int(values["missed_deadlines"])))
    if first := int(values["first_step"]):
        console.print(f"scored from step {first} of {int(values['steps'])} on: the simulator was started again there")
    for name, words in (("latency", "state to command"), ("jitter", "lateness of the 20 Hz beat")):
        if f"{name}_p50_ms" in values:
            p50, p99, most = (values[f"{name}_{which}_ms"] for which in ("p50", "p99", "max"))
            console.print(f"{words}: median {p50:.1f} ms, p99 {p99:.1f} ms, max {most:.1f} ms")


def _say(console: Console, name: str, line: str) -> None:
    console.print(f"[dim]{escape(f'[{name}]')}[/dim] {escape(line)}", highlight=False, soft_wrap=True)


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.fields[note]}"))
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _show(progress: Progress, bar: TaskID, values: Mapping[str, float], live: bool) -> None:
    if values:
        note = f"F1 {values['f1']:.3f}  missed deadlines {values['missed_deadlines']:.0f}"
        total = None if live else values["steps"]
        progress.update(bar, description="playing", completed=values["step"], total=total, note=note)


@contextmanager
def _signals() -> Iterator[None]:
    """Ctrl-C raises even where a shell has told background jobs to ignore it; SIGTERM unwinds like it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: _terminate}
    previous = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
