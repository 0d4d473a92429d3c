"""Memory and time of `perceive` for a long or large video, compared with the clip it is made of.

    python -m benchmarks.long_video --video CLIP.mp4 --midi CLIP.mid --minutes 10
    python -m benchmarks.long_video --video CLIP.mp4 --midi CLIP.mid --minutes 1 --width 3840

The clip is repeated, frames and music. Only landmarks are kept of the frames: memory is that of the models and of the
frames being processed, however long the video.
"""

import math
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import av
import tyro
from rich.console import Console
from rich.table import Table

from pianomime_core.demonstration import Demonstration
from pianomime_core.errors import UserError
from pianomime_core.midi_score import load_midi, save_midi
from pianomime_core.notes import Score
from pianomime_perception.video_file import probe


@dataclass(frozen=True)
class LongVideoOptions:
    """Perceive a clip, and the same clip repeated many times.

    Attributes:
        video: A pianist, seen from above.
        midi: The music played in it.
        minutes: Minimum length.
        width: Frames are scaled up to this width [px]; unchanged by default.
    """

    video: Path
    midi: Path
    minutes: float = 10.0
    width: int | None = None


def main(options: LongVideoOptions) -> int:
    """Print the table."""
    console = Console(width=110)
    table = Table("video", "size", "s", "frames", "peak MB", "CPU s", "both hands", "notes with a finger")
    with tempfile.TemporaryDirectory(prefix="pianomime-") as name:
        folder = Path(name)
        clip = options.video if options.width is None else enlarged(options.video, options.width, folder / "large.mp4")
        times = max(2, math.ceil(60 * options.minutes / probe(clip).duration_s))
        long, music = folder / "long.mp4", folder / "long.mid"
        period_s = repeated(clip, times, long)
        save_midi(encore(load_midi(options.midi), period_s, times), music)
        for what, video, midi in (("once", options.video, options.midi), (f"{times} times", long, music)):
            table.add_row(what, *perceived(video, midi, folder / "demo.npz"))
    console.print(table)
    return 0


def perceived(video: Path, midi: Path, out: Path) -> tuple[str, ...]:
    """Perceive in a separate process; return the cells of the table."""
    begin_s = time.monotonic()
    command = [sys.executable, "-m", "pianomime", "perceive", str(video), "--midi", str(midi), "--out", str(out)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise UserError(f"perceive ended with exit code {os.waitstatus_to_exitcode(status)}")
    info, quality = probe(video), Demonstration.load(out).metadata["quality"]
    return (
        f"{info.width}x{info.height}",
        f"{info.duration_s:.0f}",
        f"{quality['pictures']}",
        f"{usage.ru_maxrss / 1024:.0f}",
        f"{time.monotonic() - begin_s:.0f}",
        f"{quality['both_hands_share']:.1%}",
        f"{quality['notes_with_finger_share']:.1%}",
    )


def repeated(clip: Path, times: int, out: Path) -> float:
    """Write the compressed frames of a clip many times; return the period in seconds."""
    with av.open(str(out), "w") as target:
        stream, next_dts = None, 0
        for _ in range(times):
            with av.open(str(clip)) as source:
                pictures = source.streams.video[0]
                stream = stream or target.add_stream_from_template(pictures)
                shift = None
                for packet in source.demux(pictures):
                    if packet.dts is None or packet.pts is None:
                        continue
                    shift = next_dts - packet.dts if shift is None else shift
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, stream
                    next_dts = packet.dts + (packet.duration or 1)
                    target.mux(packet)
        assert stream is not None
        assert stream.time_base is not None
        return float(next_dts * stream.time_base / times)


def enlarged(clip: Path, width_px: int, out: Path) -> Path:
    """Write a clip with larger frames."""
    with av.open(str(clip)) as source, av.open(str(out), "w") as target:
        pictures = source.streams.video[0]
        assert pictures.time_base is not None
        stream = target.add_stream("libx264", rate=pictures.average_rate, options={"preset": "ultrafast", "crf": "23"})
        stream.width, stream.pix_fmt = width_px, "yuv420p"
        stream.codec_context.time_base = pictures.time_base
        stream.height = round(width_px * pictures.height / pictures.width / 2) * 2
        for frame in source.decode(pictures):
            large = frame.reformat(stream.width, stream.height, "yuv420p")
            large.pict_type = 0
            target.mux(stream.encode(large))
        target.mux(stream.encode())
    return out


def encore(score: Score, period_s: float, times: int) -> Score:
    """The same music repeated every `period_s`."""
    each = [score.later(period_s * k) for k in range(times)]
    notes = tuple(note for one in each for note in one.notes)
    pedal = tuple(event for one in each for event in one.sustain)
    return Score(notes=notes, sustain=pedal, title=f"{score.title}, {times} times")


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(LongVideoOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
