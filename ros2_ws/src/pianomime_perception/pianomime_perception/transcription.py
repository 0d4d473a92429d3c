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

"""Transcribes piano music in an audio or video file.

Uses Transkun 2 (Yan and Duan, "Scoring intervals using non-hierarchical transformer for automatic piano
transcription", ISMIR 2024): a transformer over a mel spectrogram finds notes and pedal as intervals, with onsets finer
than its frames of 23 ms. Its weights are in its package. It processes 16 s at a time, so that memory grows only
with the samples (11 MB per minute).
"""

import json
import math
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pianomime_core.errors import UserError
from pianomime_core.extras import needs_extra
from pianomime_core.keyboard import HIGHEST_PITCH, LOWEST_PITCH
from pianomime_core.notes import LOUDEST, Note, Score
from pianomime_perception.audio import read_audio

if TYPE_CHECKING:
    import torch

SAMPLE_RATE_HZ = 44_100
"""Sample rate of the network's input."""
WEIGHTS = "2.0"
"""Name of the weights in the package."""
_SUSTAIN = -64
"""Transkun's pitch of the sustain pedal: controls are negative."""
_FILTER_BANK = "framewiseFeatureExtractor.freq2mels"

Progress = Callable[[float], None]


def transcribe(path: str | Path, progress: Progress | None = None) -> Score:
    """Return the notes and pedal played in a file; time 0 is the beginning of the file.

    Args:
        path: Audio or video, any container.
        progress: Called with the progress, 0..1.

    Raises:
        UserError: The file cannot be read (`pianomime_perception.audio.read_audio`), no note is found in it, or the
            transcriber is not installed.
    """
    samples = read_audio(path, SAMPLE_RATE_HZ)
    model = _model()
    import torch

    if progress is not None:
        _report_progress(model, len(samples), progress)
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of checkpoints for training
        events = model.transcribe(torch.from_numpy(samples)[:, None])
    notes = [
        Note(event.pitch, float(event.start), float(event.end), int(np.clip(event.velocity, 1, LOUDEST)))
        for event in events
        if LOWEST_PITCH <= event.pitch <= HIGHEST_PITCH and event.start < event.end
    ]
    if not notes:
        raise UserError(f"no note of a piano is heard in {str(path)!r} ({len(samples) / SAMPLE_RATE_HZ:.1f} s)")
    pedal = [
        (float(time_s), down)
        for event in events
        if event.pitch == _SUSTAIN
        for time_s, down in ((event.start, True), (event.end, False))
    ]
    return Score(
        tuple(sorted(notes, key=lambda note: (note.onset_s, note.pitch))), tuple(sorted(pedal)), Path(path).stem
    )


def _model() -> Any:
    """Return the network with its weights."""
    with needs_extra("transcription", "transcribe"):
        import torch
        from transkun.ModelTransformer import ModelConfig, TransKun

    class _Transcriber(TransKun):
        def transcribeFrames(self, framesBatch: "torch.Tensor", *args: Any, **kwargs: Any) -> Any:  # noqa: N802
            # Digital silence, such as the padding at both ends, has no events; this saves a second of computing.
            if not framesBatch.any():
                return [[]], [0] * len(self.targetMIDIPitch)
            return super().transcribeFrames(framesBatch, *args, **kwargs)

    folder = resources.files("transkun") / "pretrained"
    config = ModelConfig()
    vars(config).update(json.loads((folder / f"{WEIGHTS}.conf").read_text())["Model"]["config"])
    with _without_torchaudio():
        model = _Transcriber(config)
    with resources.as_file(folder / f"{WEIGHTS}.pt") as weights:
        state = torch.load(weights, map_location="cpu", weights_only=True)["state_dict"]
    model.load_state_dict(state, strict=True)
    return model.eval()


@contextmanager
def _without_torchaudio() -> Iterator[None]:
    """Replace torchaudio by a stub that only allocates a filter bank, for Transkun's constructor.

    It uses nothing else of torchaudio, and the filters are part of the weights (`_FILTER_BANK`), which are loaded
    strictly.
    """
    import torch

    def melscale_fbanks(n_freqs: int, n_mels: int, **_: object) -> "torch.Tensor":
        return torch.full((n_freqs, n_mels), torch.nan)

    stand_in: Any = types.ModuleType("torchaudio")
    stand_in.functional = types.SimpleNamespace(melscale_fbanks=melscale_fbanks)
    before = sys.modules.get("torchaudio")
    sys.modules["torchaudio"] = stand_in
    try:
        yield
    finally:
        del sys.modules["torchaudio"]
        if before is not None:
            sys.modules["torchaudio"] = before


def _report_progress(model: Any, samples: int, progress: Progress) -> None:
    """Call `progress` after each segment of the model; segments overlap and are padded at both ends."""
    hop_s, length_s = model.segmentHopSizeInSecond, model.segmentSizeInSecond
    padded = samples + 2 * math.ceil((length_s - hop_s) * SAMPLE_RATE_HZ)
    hop = math.ceil(hop_s * SAMPLE_RATE_HZ / model.hopSize) * model.hopSize
    total = math.ceil(padded / hop)
    done = 0
    hear = model.transcribeFrames

    def counted(*args: Any, **kwargs: Any) -> Any:
        nonlocal done
        result = hear(*args, **kwargs)
        done += 1
        progress(done / total)
        return result

    model.transcribeFrames = counted
