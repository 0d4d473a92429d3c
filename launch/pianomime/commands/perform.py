# Copyright 2026 PianoMime contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Runs the graph of `play` or `live` to its end, shows progress, and prints the score."""

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import fields, replace
from json import loads
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress, TaskID

from pianomime.episodes.interrupts import interrupt_exit_code
from pianomime.episodes.replay import recorded_scene
from pianomime.files.songs import read_score
from pianomime.graph.graph import progress_bar, running
from pianomime.graph.graph_options import LiveOptions, PlayOptions
from pianomime.graph.runner import NodeDied
from pianomime.reports.likeness import FINGERTIP_DISTANCE, likeness
from pianomime.reports.score_table import song_table
from pianomime.terminal import write_result
from pianomime_core.errors import UserError
from pianomime_core.metrics import ScoreCard
from pianomime_core.notes import Score
from pianomime_core.piano_roll import trim_silence
from pianomime_core.rollout import Rollout
from pianomime_core.song_file import is_demonstration
from pianomime_physics.simulator import Simulator

if TYPE_CHECKING:
    from pianomime.reports.heard import Heard

EXIT_END, EXIT_NODE_DIED = 0, 1
SCORE_FILE = "score.json"


def play(options: PlayOptions, notice: str = "", json: Path | None = None) -> int:
    """Play a song through the ROS graph and return the exit code: 0 at the end of the song, 1 if a node died, that of
    the signal (`episodes.interrupts`) if one ended the song; what was played is scored and written even then.

    `notice` is a line to print once all input is accepted, `json` the file for the score as for `write_result`.

    Raises:
        UserError: Bad input: song, controller, port, domain, or a second instance.
        KeyboardInterrupt: A second Ctrl-C, after everything has been shut down.
    """
    written = trim_silence(read_score(options.midi, options.choice, options.setting.reading))
    with tempfile.TemporaryDirectory(prefix="pianomime-") as folder:
        # Strikes, and the distance from the pianist's hands, are taken from a replay: the simulator node knows neither
        # the notes nor the demonstration, and no message of a strike can be lost.
        if options.rollout is None:
            options = replace(options, rollout=Path(folder) / "rollout.npz")
        return perform(options, f"{options.midi.stem}, {options.controller}", notice, json, written)


def perform(
    options: PlayOptions | LiveOptions,
    title: str,
    notice: str = "",
    json: Path | None = None,
    written: Score | None = None,
) -> int:
    """Run the graph to its end and print the score with a title, and if the music is `written`, what is heard of it;
    see `play`. Live music ends with Ctrl-C."""
    with (
        tempfile.TemporaryDirectory(prefix="pianomime-") as folder,
        running(options, "score", notice, Path(folder) / SCORE_FILE) as (runner, console, listener),
    ):
        live = isinstance(options, LiveOptions)
        file = Path(folder) / SCORE_FILE
        interrupt: KeyboardInterrupt | None = None
        try:
            with progress_bar(console) as progress:
                bar = progress.add_task("starting", total=None, note="")
                try:
                    runner.wait(lambda: _show(progress, bar, listener.values, live))
                except KeyboardInterrupt as ended:
                    interrupt = ended
                    # A second Ctrl-C does not wait for the score.
                    runner.end_music()
            values = _last_score(file, listener.values)
        except UserError:
            # The score is printed even if a file could not be written.
            if (values := _last_score(file, listener.values)) is not None:
                _print_end(console, title, options, values, json, "not measured: see the error" if written else None)
            raise
        except NodeDied as death:
            print(f"pianomime: {death}", file=sys.stderr)
            return EXIT_NODE_DIED
        if values is not None:
            try:
                heard = None if written is None else heard_at_end(options.rollout, written, values, interrupt)
            except KeyboardInterrupt as ended:
                interrupt, heard = ended, "not measured: interrupted"
            _print_end(console, title, options, {**values, **_likeness(options)}, json, heard)
    return _exit_code(values, live, interrupt)


def _exit_code(values: Mapping[str, float] | None, live: bool, interrupt: KeyboardInterrupt | None) -> int:
    """Report an abnormal end, and return the exit code."""
    if values is None and live:
        print("pianomime: nothing was played, so there is no score", file=sys.stderr)
    if interrupt is not None and not (live and type(interrupt) is KeyboardInterrupt):
        return interrupt_exit_code(interrupt)
    if live:
        return EXIT_END
    if values is None:
        print("pianomime: the song ended without a score; sim_node said why", file=sys.stderr)
        return EXIT_NODE_DIED
    if values["step"] < values["steps"]:
        step, steps = values["step"], values["steps"]
        print(
            f"pianomime: sim_node was ended at step {step:.0f} of {steps:.0f}: the score covers the steps before",
            file=sys.stderr,
        )
        return EXIT_NODE_DIED
    return EXIT_END


def score_card(values: Mapping[str, float]) -> ScoreCard:
    """Return the scores in the values of /piano/score."""
    scores = {
        field.name: values[field.name] for field in fields(ScoreCard) if field.name in values and field.name != "frames"
    }
    return ScoreCard(frames=int(values["frames"]), **scores)


def _last_score(file: Path, heard: dict[str, float]) -> dict[str, float] | None:
    # sim_node writes the score before it ends, if the disk has space, and publishes it.
    if file.exists():
        values: dict[str, float] = loads(file.read_text(encoding="utf-8"))
        return values
    return heard if heard.get("finished") else None


def heard_at_end(
    file: Path | None, written: Score, values: Mapping[str, float], interrupt: KeyboardInterrupt | None
) -> "Heard | str":
    """Return what is heard of a rollout, in a replay, or why it was not measured."""
    # Only at the end: scipy takes a second, for which no music should wait.
    from pianomime.reports.heard import heard_again

    if interrupt is not None:
        return "not measured: the song was interrupted"
    if values["first_step"]:
        return "not measured: the simulator was started again"
    if file is None or not file.exists():
        return "not measured: there is no rollout"
    rollout = Rollout.load(file)
    return heard_again(written, rollout, recorded_scene(file, rollout)) or "not measured: the replay differs"


def _likeness(options: PlayOptions | LiveOptions) -> dict[str, float]:
    """Return the distance from the pianist whose demonstration was played, of the whole song."""
    if isinstance(options, LiveOptions) or options.rollout is None or not is_demonstration(options.midi):
        return {}
    rollout = Rollout.load(options.rollout)
    return likeness(options.midi, rollout, Simulator(recorded_scene(options.rollout, rollout)))


def _print_end(
    console: Console,
    title: str,
    options: PlayOptions | LiveOptions,
    values: Mapping[str, float],
    json: Path | None,
    heard: "Heard | str | None" = None,
) -> None:
    card = score_card(values)
    table = song_table(title, card, int(values["missed_deadlines"]))
    if heard is None:
        console.print(table)
    else:
        from pianomime.reports.heard_table import print_song  # as above

        print_song(console, table, heard)
    if first := int(values["first_step"]):
        console.print(f"scored from step {first} of {int(values['steps'])} on: the simulator was started again there")
    for name, words in (("latency", "state to command"), ("jitter", "lateness of the 20 Hz cycle")):
        if f"{name}_p50_ms" in values:
            p50, p99, most = (values[f"{name}_{which}_ms"] for which in ("p50", "p99", "max"))
            console.print(f"{words}: median {p50:.1f} ms, p99 {p99:.1f} ms, max {most:.1f} ms")
    if FINGERTIP_DISTANCE in values:
        distance = f"{values[FINGERTIP_DISTANCE]:.1f} mm from the pianist's on average"
        console.print(f"fingertips seen from above: {distance}")
    music = {"song": options.midi.stem} if isinstance(options, PlayOptions) else {"delay_s": options.delay_s}
    found: dict[str, Any] = {**music, "controller": options.controller, **values, **card.as_dict()}
    if heard is not None and not isinstance(heard, str):
        found["heard"] = heard.as_dict()
    write_result(json, found)


def _show(progress: Progress, bar: TaskID, values: Mapping[str, float], live: bool) -> None:
    if values:
        note = f"F1 {values['f1']:.3f}  missed deadlines {values['missed_deadlines']:.0f}"
        total = None if live else values["steps"]
        progress.update(bar, description="playing", completed=values["step"], total=total, note=note)
