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

"""`pianomime video`: a video of a rollout with the sound of what the robot pressed."""

import math
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime.episodes.replayed_rollout import ReplayedRollout, replay_rollout
from pianomime.files.outputs import check_file, keep_apart
from pianomime.reports.video_caption import Caption
from pianomime.reports.video_sizes import SIZES
from pianomime.terminal import tracked
from pianomime_core.errors import UserError
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_core.whole_file import write_whole
from pianomime_physics.simulator import SimulatorState
from pianomime_sim.sound.rendering import sound_of
from pianomime_sim.sound.synth import SAMPLE_RATE_HZ, PianoSynth
from pianomime_sim.viewers import Snapshot
from pianomime_sim.viewers.frame_renderer import FrameRenderer
from pianomime_sim.viewers.note_bars import SHOWN_ROWS

FRAMES_PER_S = 30
SAMPLES_PER_FRAME = SAMPLE_RATE_HZ // FRAMES_PER_S
_CODEC_OPTIONS = {"preset": "veryfast", "crf": "20"}
_BT709 = 1


def video(rollout: Path, out: Path, size: str, soundfont: Path | None) -> int:
    """Render a rollout file to an MP4 file and return the exit code.

    Raises:
        UserError: The file is not a rollout, `out` cannot be written or is not MP4, the soundfont is invalid,
            offscreen rendering is not available, or PyAV is not installed.
    """
    check_file(out, "--out", ".mp4")
    keep_apart([("--out", out)], (rollout, soundfont))
    try:
        import av  # noqa: F401
    except ImportError as error:
        raise UserError("video needs PyAV: pip install av") from error
    synth = PianoSynth(soundfont)
    replayed = replay_rollout(rollout, FRAMES_PER_S)
    with closing(FrameRenderer(replayed.scene, SIZES[size])) as renderer:
        sound = sound_of(replayed.score, synth, replayed.duration_s)
        try:
            write_whole(out, lambda file: _write(file, replayed, renderer, sound, SIZES[size]))
        except OSError as error:
            raise UserError(f"video {str(out)!r} cannot be written: {error.strerror}") from error
    print(f"{out}: {len(sound) / SAMPLE_RATE_HZ:.1f} s, {len(replayed.score.notes)} notes")
    return 0


def snapshot(replayed: ReplayedRollout, state: SimulatorState) -> tuple[Snapshot, float]:
    """Return the snapshot of a state, and the elapsed part of its control step; colours are those of the step's end."""
    frames = replayed.rollout.frames()
    # A state at the very end of a step belongs to that step.
    elapsed = state.time_s / CONTROL_TIMESTEP_S
    step = min(max(math.ceil(elapsed - 1e-6) - 1, 0), len(frames.goal) - 1)
    seen = Snapshot(
        time_s=state.time_s,
        joint_positions=state.joint_positions,
        key_angles=state.key_angles,
        pressed=frames.pressed[step],
        wanted=frames.goal[step],
        coming=frames.goal[step + 1 : step + 1 + SHOWN_ROWS],
    )
    return seen, min(elapsed - step, 1.0)


def _write(
    path: Path, replayed: ReplayedRollout, renderer: FrameRenderer, sound: NDArray[np.float32], size: tuple[int, int]
) -> None:
    import av

    caption = Caption(replayed, size)
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        images: Any = container.add_stream("libx264", rate=FRAMES_PER_S, options=_CODEC_OPTIONS)
        images.width, images.height = size
        images.pix_fmt = "yuv420p"
        images.codec_context.colorspace = _BT709
        audio: Any = container.add_stream("aac", rate=SAMPLE_RATE_HZ, layout="stereo")
        number = math.ceil(len(sound) / SAMPLES_PER_FRAME)
        for index in tracked(range(number), "rendering", number):
            if index < len(replayed.poses):
                image = caption.put_on(renderer.draw(*snapshot(replayed, replayed.poses[index])))
                frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(
                    format="yuv420p", dst_colorspace=_BT709
                )
            frame.pts = index
            container.mux(images.encode(frame))
            part = sound[index * SAMPLES_PER_FRAME : (index + 1) * SAMPLES_PER_FRAME]
            samples = av.AudioFrame.from_ndarray(np.ascontiguousarray(part.T), format="fltp", layout="stereo")
            samples.sample_rate, samples.pts = SAMPLE_RATE_HZ, index * SAMPLES_PER_FRAME
            container.mux(audio.encode(samples))
        container.mux(images.encode())
        container.mux(audio.encode())
