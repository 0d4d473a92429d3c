"""Trained networks and checkpoints of trainings and of refinements, with damaged bytes and foreign content."""

import io
import os
import shutil
import tempfile
from contextlib import redirect_stderr, suppress
from itertools import count as numbers
from pathlib import Path
from typing import Any

import numpy as np
import torch
from training.fitting import CHECKPOINT, FitConfig, fit
from training.generalist.posture_network import PostureNetwork
from training.generalist.trained import Trained

from benchmarks.fuzz.attempts import Report, report
from benchmarks.fuzz.damaged_files import FileKind, attempts
from benchmarks.fuzz.mutation import mutated
from benchmarks.fuzz.npz_files import VALUES, damaged
from pianomime_core.notes import Note
from pianomime_core.piano_roll import PianoRoll
from pianomime_core.visible_notes import visible_notes
from pianomime_description.variant import SceneConfig
from pianomime_policy.model_search.musical_refinement import MusicalRefineConfig, MusicalRefinement
from pianomime_policy.model_search.refinement import RefineConfig, Refinement

_LAYOUT: list[list[str | int]] = [["coordinates from rest", 4], ["fingertip errors", 3]]
_SHAPE = {"features": 7, "coordinates": 2, "width": 5}
_FIT = FitConfig(steps=8, warm_up_steps=2, save_every=4)
_SCENE, _REFINE, _REFINE_BY_EAR = SceneConfig(), RefineConfig(effort=2), MusicalRefineConfig(effort=2)


class _Code:
    """Runs when it is unpickled, and ends the process."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (3,)


class _StoppedError(Exception):
    pass


def run(count: int, seed: int) -> Report:
    """Try `count` files; from an accepted one, work goes on."""
    with tempfile.TemporaryDirectory(prefix="pianomime-fuzz-") as folder:
        return report(attempts(_kinds(Path(folder)), count, seed, Path(folder)), count, "checkpoint")


def _kinds(folder: Path) -> tuple[FileKind, ...]:
    network = Trained.of(PostureNetwork(**_SHAPE), _SHAPE, _LAYOUT, 3, "music").save(folder / "network.pt")
    begun = folder / "begun"
    with suppress(_StoppedError), redirect_stderr(io.StringIO()):  # its progress bar
        _train(begun, stop=_FIT.save_every)
    in_frames, by_ear = Refinement(_roll(), _SCENE, _REFINE), MusicalRefinement(_roll(), _SCENE, _REFINE_BY_EAR)
    for refinement, name in ((in_frames, "frames.partial"), (by_ear, "ear.partial")):
        refinement.advance()
        refinement.save(folder / name)

    def train_on(path: Path) -> None:
        run = path.with_suffix("")
        shutil.copytree(begun, run)
        try:
            shutil.copyfile(path, run / CHECKPOINT)
            _train(run)
        finally:
            shutil.rmtree(run)

    return (
        FileKind("trained network", network.read_bytes(), _damaged_torch, _answer),
        FileKind("training checkpoint", (begun / CHECKPOINT).read_bytes(), _damaged_torch, train_on),
        FileKind("refine checkpoint", (folder / "frames.partial").read_bytes(), damaged, _refine_on),
        FileKind("musical refine checkpoint", (folder / "ear.partial").read_bytes(), damaged, _refine_on_by_ear),
    )


def _answer(path: Path) -> None:
    trained = Trained.load(path)
    trained.check({"observation": _LAYOUT})
    trained.network(PostureNetwork)(torch.zeros(1, _SHAPE["features"]))


def _train(folder: Path, stop: int = _FIT.steps) -> None:
    line, updates = torch.nn.Linear(2, 1), numbers()

    def loss(rng: np.random.Generator) -> torch.Tensor:
        if next(updates) == stop:
            raise _StoppedError
        x = torch.from_numpy(rng.normal(size=(16, 2)).astype(np.float32))
        return (line(x) - x.sum(dim=1, keepdim=True)).square().mean()

    fit(line, loss, _FIT, folder, "line", {})


def _roll() -> PianoRoll:
    """Two keys, the second in the segment that is not decided yet."""
    goal = np.zeros((16, 88), bool)
    goal[1:6, 40] = goal[10:15, 44] = True
    notes = visible_notes([Note(61, 0.05, 0.3), Note(65, 0.5, 0.75)])
    return PianoRoll(goal, np.zeros(16, bool), notes=notes)


def _refine_on(path: Path) -> None:
    _go_on(Refinement.load(path, _roll(), _SCENE, _REFINE))


def _refine_on_by_ear(path: Path) -> None:
    _go_on(MusicalRefinement.load(path, _roll(), _SCENE, _REFINE_BY_EAR))


def _go_on(refinement: Refinement) -> None:
    refinement.advance()
    refinement.best()


def _damaged_torch(good: bytes, random: np.random.Generator) -> tuple[str, bytes]:
    if random.random() < 0.3:
        return "bytes", mutated(good, random)
    content = place = torch.load(io.BytesIO(good), weights_only=True)
    names: list[Any] = []
    while isinstance(place, dict | list) and place and (not names or random.random() < 0.8):
        inside, keys = place, list(place) if isinstance(place, dict) else range(len(place))
        names.append(keys[random.integers(len(keys))])
        place = inside[names[-1]]
    if random.random() < 0.1:
        del inside[names[-1]]
    else:
        inside[names[-1]] = _another(place, random)
    file = io.BytesIO()
    torch.save(content, file)
    return ".".join(map(str, names)), file.getvalue()


def _another(value: Any, random: np.random.Generator) -> Any:
    tensor = value if isinstance(value, torch.Tensor) else torch.ones(2)
    others = (
        torch.full(tensor.shape, 1e30),
        torch.zeros_like(tensor),
        torch.full((3,), float("nan")),
        tensor.flatten()[:0],
        torch.cat([tensor.ravel()] * 2),
        tensor.to(torch.complex64),
        tensor.to(torch.bool),
        tensor.to_sparse(),
        _Code(),
    )
    chosen = int(random.integers(len(others) + len(VALUES)))
    return others[chosen] if chosen < len(others) else VALUES[chosen - len(others)]
