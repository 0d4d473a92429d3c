"""A robot as three processes in a namespace, and the scores of its songs without a graph."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from performances import PATIENCE_S

from pianomime.episodes.episode import play_episode
from pianomime.files.songs import share_directory
from pianomime_core.midi_score import save_midi
from pianomime_core.notes import Note, Score
from pianomime_core.piano_roll import piano_roll
from pianomime_core.song_file import load_song
from pianomime_description.variant import SceneConfig
from pianomime_physics.simulator import Simulator
from pianomime_policy.controllers.registry import make_controller

CONTROLLER = "streaming"


def scale(folder: Path, name: str, *, lowest: int, notes: int) -> Path:
    """A file of quick notes for both hands."""
    rising = tuple(Note(lowest + k % 12, 0.25 * k, 0.25 * k + 0.2, 80) for k in range(notes))
    save_midi(Score(notes=rising, sustain=(), title=name), folder / f"{name}.mid")
    return folder / f"{name}.mid"


def score_alone(song: Path) -> dict[str, float]:
    """The score of a song by one process without ROS."""
    controller = make_controller(CONTROLLER, SceneConfig())
    return play_episode(Simulator(), controller, piano_roll(load_song(song))).metadata["scores"]


class Robot:
    """sim_node, policy_node and midi_node in a namespace, until closed. The simulator waits for every command, so that
    a busy machine changes nothing."""

    def __init__(
        self, environ, namespace: str, song: Path, prefixes: Mapping[str, str] | None = None, **sim_parameters: object
    ) -> None:
        """`prefixes`: Parameters of simulator and policy."""
        self._environ, self._namespace = environ, namespace
        songs, prefixes = share_directory() / "songs", prefixes or {}
        self.sim = self._start("pianomime_sim.sim_node", sync=True, **prefixes, **sim_parameters)
        self.others = [
            self._start("pianomime_policy.nodes.policy_node", controller=CONTROLLER, **prefixes),
            self._start("pianomime_midi.midi_node", midi=song, songs=songs),
        ]

    def _start(self, module: str, **parameters: object) -> subprocess.Popen:
        values = [
            word for name, value in parameters.items() for word in ("-p", f"{name}:={json.dumps(value, default=str)}")
        ]
        place = ("-r", f"__ns:={self._namespace}") if self._namespace else ()
        command = [sys.executable, "-m", module, "--ros-args", *place, *values]
        return subprocess.Popen(command, env=os.environ | self._environ, stdin=subprocess.DEVNULL)

    def wait(self) -> int:
        """The simulator's exit code, at the end of its song."""
        return self.sim.wait(timeout=PATIENCE_S)

    def close(self) -> None:
        """Leave nothing behind."""
        for process in (self.sim, *self.others):
            process.kill()
            process.wait()
