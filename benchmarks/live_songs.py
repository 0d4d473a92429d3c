"""Do songs score the same when they are played live? A scripted MIDI keyboard plays them to the live nodes.

In echo mode the robot plays what it received, delayed by the lookahead of its controller. Its F1 is compared with that
of the same controller reading the same notes from a file (as `pianomime evaluate` does). F1 of the received against the
written notes measures the path through MIDI and goal windows alone, without a robot. Onset errors, after the delay is
removed, are those of the robot's strikes against the player's. This runs in real time: `python -m benchmarks.live_songs
FOLDER` plays the beginning of each song. Without MIDI ports it needs Debian's jackd2.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tyro
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.live_session import perform_live
from benchmarks.scripted_keyboard import CLIENT, Keyboard, midi_system
from pianomime.episodes.episode import play_episode
from pianomime.files.models import model_folder
from pianomime.files.songs import bundled_songs, collect_songs
from pianomime.graph.graph_options import LiveOptions
from pianomime.graph.live_delay import live_delay_s
from pianomime.graph.runner import NodeDied
from pianomime.reports.heard import heard_again
from pianomime.reports.note_scores import NoteScores
from pianomime_core.errors import UserError
from pianomime_core.metrics import ScoreCard, score
from pianomime_core.midi_score import load_midi
from pianomime_core.notes import Score
from pianomime_core.piano_roll import piano_roll, trim_silence
from pianomime_core.rollout import Rollout
from pianomime_core.setting import Setting, setting
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.registry import check_controller, make_controller

ALLOWED_DIFFERENCE = 0.01
"""Allowed difference of the live score below that of the file, in addition to late steps."""
END_S = 0.5


@dataclass(frozen=True)
class LiveSongsOptions:
    """Play songs live and from files, and print both scores.

    Attributes:
        songs: MIDI files or folders of them; the bundled songs if none is given.
        controller: Name of the controller.
        setting: How music is read and played: benchmark or musical.
        seconds: Length played of each song.
    """

    songs: tyro.conf.Positional[tuple[Path, ...]] = ()
    controller: str = "onnx"
    setting: str = Setting.BENCHMARK.value
    seconds: float = 20.0


@dataclass(frozen=True)
class Comparison:
    """A song live and from its file.

    Attributes:
        received: Score of the goal received live against the written notes.
        live: Score of the pressed keys against the received goal.
        file: The same when playing from the file.
        heard: Strikes of the live robot against the written notes; None if a replay of its rollout differs.
        missed_steps: Live steps with a late command, caused by a busy machine, not by the path of the music.
        steps: Number of live steps.
    """

    received: ScoreCard
    live: ScoreCard
    file: ScoreCard
    heard: NoteScores | None
    missed_steps: int
    steps: int

    @property
    def difference(self) -> float:
        """F1 live minus F1 of the file."""
        return self.live.f1 - self.file.f1

    @property
    def passes(self) -> bool:
        """True if nothing was lost between keyboard and robot."""
        return self.difference >= -ALLOWED_DIFFERENCE - self.missed_steps / self.steps


def main(options: LiveSongsOptions) -> int:
    """Print the table; return 0 if every song passes, 1 if not.

    Raises:
        UserError: Bad options, or no MIDI ports.
    """
    chosen = setting(options.setting)
    check_controller(options.controller, model_folder(options.controller), chosen)
    live_delay_s(options.controller)
    if not options.seconds > 0:
        raise UserError(f"seconds {options.seconds}: want more than 0")
    files = collect_songs(options.songs) if options.songs else bundled_songs()
    frames = ("received", "F1 live", "file", "difference", "onset F1 live", "file")
    table = Table("song", *frames, "note F1 live", "onset sd, ms", "p95", "late steps")
    table.box = box.MARKDOWN
    played = []
    with midi_system():
        for name, path in track(files.items(), "live", console=Console(stderr=True), transient=True):
            written = excerpt(load_midi(path, rules=chosen.reading), options.seconds)
            one = compare(written, options.controller, chosen)
            played.append(one)
            table.add_row(name, *_numbers(one))
    Console(width=140).print(table)
    good = all(one.passes for one in played)
    mean = float(np.mean([one.difference for one in played]))
    required = f"{-ALLOWED_DIFFERENCE} or better for each, apart from the fraction of late steps"
    print(f"mean difference {mean:+.4f}; required: {required}: {'yes' if good else 'no'}")
    return 0 if good else 1


def excerpt(music: Score, seconds: float) -> Score:
    """The first seconds of music from its first note on; notes that still sound then end there."""
    music = trim_silence(music)
    notes = [replace(note, offset_s=min(note.offset_s, seconds)) for note in music.notes if note.onset_s < seconds]
    pedal = [(time_s, down) for time_s, down in music.sustain if time_s < seconds]
    return replace(music, notes=tuple(notes), sustain=tuple(pedal))


def compare(written: Score, controller: str, setting: Setting) -> Comparison:
    """Play music to the nodes with a scripted keyboard, and from its roll without nodes.

    Raises: As `perform_live`.
    """
    with tempfile.TemporaryDirectory(prefix="pianomime-") as folder:
        rollout = Path(folder) / "live.npz"
        delay_s = live_delay_s(controller)
        keyboard = Keyboard()

        def play() -> None:
            keyboard.play(written)
            time.sleep(delay_s + END_S)

        try:
            perform_live(LiveOptions(port=CLIENT, controller=controller, setting=setting, rollout=rollout), play)
        finally:
            keyboard.unplug()
        return compare_rollout(Rollout.load(rollout), written, controller, setting)


def compare_rollout(live: Rollout, written: Score, controller: str, setting: Setting) -> Comparison:
    """Score live playing and the same controller playing from the file."""
    frames, scene = live.frames(), SceneConfig()
    first, last = np.flatnonzero(frames.goal.any(axis=1))[[0, -1]]
    goal, pressed = frames.goal[first : last + 1], frames.pressed[first : last + 1]
    roll = piano_roll(written)
    player = make_controller(controller, scene, model_folder(controller), setting)
    truth = play_episode(Simulator(scene), player, roll).frames()
    heard = heard_again(written.later(first * CONTROL_TIMESTEP_S), live, scene)
    late = live.metadata["missed_steps"]
    return Comparison(
        received=_same_length(roll.goal, goal),
        live=score(goal, pressed),
        file=score(truth.goal, truth.pressed),
        heard=None if heard is None else heard.scores,
        missed_steps=sum(first <= step <= last for step in late),
        steps=len(goal),
    )


def _same_length(written: NDArray[np.bool_], received: NDArray[np.bool_]) -> ScoreCard:
    rows = max(len(written), len(received))
    longer = [np.concatenate([part, np.zeros((rows - len(part), part.shape[1]), bool)]) for part in (written, received)]
    return score(*longer)


def _numbers(one: Comparison) -> Sequence[str]:
    scores = (one.received.f1, one.live.f1, one.file.f1)
    texts = [f"{number:.3f}" for number in scores] + [f"{one.difference:+.4f}"]
    texts += [f"{one.live.onset_f1:.3f}", f"{one.file.onset_f1:.3f}"]
    if one.heard is None:
        texts += ["-"] * 3
    else:
        texts += [f"{one.heard.note_f1:.3f}", f"{one.heard.onset_sd_ms:.0f}", f"{one.heard.onset_p95_ms:.0f}"]
    return [*texts, f"{one.missed_steps} of {one.steps}"]


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(LiveSongsOptions)))
    except (UserError, NodeDied) as error:
        print(error, file=sys.stderr)
        sys.exit(2)
