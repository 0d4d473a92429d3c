"""Trained networks as a model folder:

python -m training.generalist.export_model FINGERING POSTURES MUSICAL_POSTURES --out FOLDER
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import torch
import tyro
from torch import nn

from pianomime_core.errors import UserError
from pianomime_core.setting import Setting
from pianomime_description.variant import SceneConfig
from pianomime_policy.controllers.generalist.generalist import FILES, GeneralistConfig, contract
from pianomime_policy.networks.network_file import as_json
from training.export import export, export_again, git_revision
from training.generalist.fingering_network import FingeringNetwork
from training.generalist.posture_network import PostureNetwork
from training.generalist.trained import Trained


@dataclass(frozen=True)
class ExportModel:
    """Write the networks as ONNX files that the controller "onnx" accepts.

    Attributes:
        fingering: File of `training.generalist.train_fingering`, or an exported .onnx file, to change only its scores.
        postures: File of `training.generalist.train_postures`, or an exported .onnx file.
        musical_postures: The same of a training with `--setting musical`.
        out: Model folder.
        scores: JSON files written by `benchmarks.results`; their means are stored in the networks.
    """

    fingering: Annotated[Path, tyro.conf.Positional]
    postures: Annotated[Path, tyro.conf.Positional]
    musical_postures: Annotated[Path, tyro.conf.Positional]
    out: Path
    scores: tuple[Path, ...] = ()

    def run(self) -> None:
        """Export, and print the largest difference between onnxruntime and torch."""
        revision = git_revision()  # first, since writing a file makes the checkout dirty
        scores = [row for file in self.scores for row in means(json.loads(file.read_text()))]
        parts: dict[str, tuple[Path, type[nn.Module], str]] = {
            "fingering": (self.fingering, FingeringNetwork, "scores"),
            "postures": (self.postures, PostureNetwork, "answer"),
            "musical postures": (self.musical_postures, PostureNetwork, "answer"),
        }
        for role, (source, kind, output) in parts.items():
            file = FILES[role]
            required = contract(role, SceneConfig().variant, GeneralistConfig())
            if source.suffix == ".onnx":
                export_again(source, self.out / file, {"scores": scores}, required)
                print(f"{self.out / file}: the network of {source}")
                continue
            trained = Trained.load(source)
            trained.check(required)
            network = trained.network(kind)
            metadata = {**required, **trained.provenance}
            metadata = {**json.loads(json.dumps(metadata, default=as_json)), "scores": scores, "git_revision": revision}
            example = {"features": torch.zeros(2, trained.shape["features"])}
            difference = export(network, example, [output], self.out / file, metadata)
            parameters = sum(p.numel() for p in network.parameters())
            print(f"{self.out / file}: {parameters} parameters, onnxruntime differs by {difference:.1e}")


def means(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of `benchmarks.results` reduced to means over each set of songs."""
    return [
        {
            "set": row["set"],
            "songs": len(row["songs"]),
            "controller": row["settings"]["controller"],
            "hand_collisions": row["settings"]["hand_collisions"],
            "setting": row["settings"].get("setting", str(Setting.BENCHMARK)),
            **row["mean"],
        }
        for row in rows
    ]


if __name__ == "__main__":
    try:
        tyro.cli(ExportModel).run()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
