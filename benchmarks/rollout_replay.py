"""Replays rollouts on a disturbed robot, with feedback or in open loop."""

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from pianomime.episodes.episode import play_episode
from pianomime.episodes.replay import recorded_scene, replayed_keys
from pianomime.episodes.song_pool import SongTask, play_songs
from pianomime.files.songs import collect_songs
from pianomime_core.metrics import score
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.rollout import Rollout
from pianomime_physics.disturbance import Disturbance, DisturbedSimulator
from pianomime_policy.controllers.replay.feedback_replay import FeedbackReplay
from pianomime_sim.rollout_metadata import versions

FEEDBACK, OPEN_LOOP = "feedback replay", "open-loop replay"


@dataclass(frozen=True)
class _Task(SongTask):
    rollout: Rollout
    path: Path
    disturbance: Disturbance


def rollout_files(folder: Path) -> tuple[Path, ...]:
    """Return the rollouts in a folder and those below it, sorted.

    Raises:
        UserError: There are none.
    """
    return tuple(collect_songs((folder,), "rollout", (".npz",)).values())


def replay_report(
    files: tuple[Path, ...], player: str, disturbance: Disturbance, jobs: int, console: Console
) -> dict[str, Any]:
    """Replay every rollout in its recorded scene; scores of each and means, as `evaluate.report`.

    Args:
        files: Rollouts.
        player: FEEDBACK or OPEN_LOOP.
        disturbance: How the robot differs from the one that was recorded.
        jobs: Rollouts played at a time; does not influence any number.
        console: Shows the progress.

    Raises:
        UserError: A file is not a rollout, or names no scene.
    """
    tasks = []
    for name, path in collect_songs(files, "rollout", (".npz",)).items():
        rollout = Rollout.load(path)
        # The pedal is not recorded, and a replay does not use it.
        roll = PianoRoll(rollout.goal, np.zeros(len(rollout.goal), dtype=np.bool_))
        tasks.append(_Task(name, roll, player, recorded_scene(path, rollout), rollout, path, disturbance))
    scores = play_songs(tasks, _play, jobs, console)
    return {
        "versions": versions(),
        "settings": {"controller": player, "disturbance": asdict(disturbance)},
        "songs": [{"song": song, **scores[song]} for song in scores],
        "mean": {name: math.fsum(song[name] for song in scores.values()) / len(scores) for name in ("f1", "onset_f1")},
    }


def _play(task: _Task) -> dict[str, float]:
    simulator = DisturbedSimulator(task.disturbance, task.scene)
    if task.controller == OPEN_LOOP:
        pressed = replayed_keys(task.rollout, simulator, task.path)
    else:
        pressed = play_episode(simulator, FeedbackReplay(task.rollout, task.scene), task.roll).pressed
    card = score(task.rollout.goal, pressed)
    return {"f1": card.f1, "onset_f1": card.onset_f1}
