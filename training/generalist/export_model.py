"""Trained networks as a model folder: `python -m training.generalist.export_model FINGERING POSTURES --out FOLDER`."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import torch
import tyro

from pianomime_core.errors import UserError
from pianomime_description.variant import SceneConfig
from pianomime_policy.generalist.generalist import FINGERING_FILE, POSTURES_FILE, GeneralistConfig, contract
from training.export import export
from training.generalist.fingering_network import FingeringNetwork
from training.generalist.posture_network import PostureNetwork
from training.generalist.trained import Trained

_PARTS = {
    "fingering": (FINGERING_FILE, FingeringNetwork, "scores"),
    "postures": (POSTURES_FILE, PostureNetwork, "answer"),
}


@dataclass(frozen=True)
class ExportModel:
    """Write the networks as ONNX files that the controller "onnx" accepts.

    Attributes:
        fingering: File of `training.generalist.train_fingering`.
        postures: File of `training.generalist.train_postures`.
        out: Model folder.
        scores: JSON file whose content the files shall carry as their scores.
    """

    fingering: Annotated[Path, tyro.conf.Positional]
    postures: Annotated[Path, tyro.conf.Positional]
    out: Path
    scores: Path | None = None

    def run(self) -> None:
        """Export, and print how far onnxruntime is from torch."""
        scores: Any = {} if self.scores is None else json.loads(self.scores.read_text())
        for role, (file, make, output) in _PARTS.items():
            trained = Trained.load(getattr(self, role))
            network = make(**trained.shape)
            network.load_state_dict(dict(trained.weights))
            metadata = {**contract(role, SceneConfig().variant, GeneralistConfig()), **trained.provenance}
            metadata = {**json.loads(json.dumps(metadata, default=list)), "scores": scores}
            example = {"features": torch.zeros(2, trained.shape["features"])}
            difference = export(network, example, [output], self.out / file, metadata)
            parameters = sum(p.numel() for p in network.parameters())
            print(f"{self.out / file}: {parameters} parameters, onnxruntime differs by {difference:.1e}")


if __name__ == "__main__":
    try:
        tyro.cli(ExportModel).run()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
