"""Soundfonts with damaged tables: a tiny one, and RoboPianist's."""

import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.fuzz.attempts import Attempt, Report, report
from benchmarks.fuzz.mutation import mutated
from pianomime_core.errors import UserError
from pianomime_sim.sound.synth import PianoSynth, bundled_soundfont

_SAMPLES = 4096
_INDICES = (0, 1, 2, 5, 0x7FFF, 0x8000, 0xFFFF)


def run(count: int, seed: int) -> Report:
    """Try `count` soundfonts; accepted ones are played."""
    with tempfile.TemporaryDirectory(prefix="pianomime-fuzz-") as folder:
        return report(_attempts(count, seed, Path(folder) / "piano.sf2"), count, "soundfont")


def _attempts(count: int, seed: int, path: Path) -> Iterator[Attempt]:
    random = np.random.default_rng(seed)
    goods = [("tiny", tiny_soundfont()), ("RoboPianist's", bundled_soundfont().read_bytes())]
    for number in range(count):
        name, good = goods[number % 10 == 0]
        # Any bytes are valid samples; the tables are at the end.
        at = good.index(b"pdta") if random.random() < 0.9 else 0
        how, data = "bytes", good[:at] + mutated(good[at:], random)
        if random.random() < 0.7:
            how, data = "numbers", _other_numbers(good, good.index(b"pdta"), random)

        def work(data: bytes = data) -> None:
            path.write_bytes(data)
            synth = PianoSynth(path)
            for pitch in (21, 60, 108):
                synth.press(pitch, 100)
            if not np.all(np.isfinite(synth.samples(_SAMPLES))):
                raise UserError("sounds of no numbers \x00")  # without a line it is a failure

        yield Attempt(f"{number} ({name}, {how})", work)


def _other_numbers(good: bytes, at: int, random: np.random.Generator) -> bytes:
    changed = bytearray(good)
    for _ in range(random.integers(1, 4)):
        place = int(random.integers(at // 2, len(good) // 2 - 1)) * 2
        number = int(random.choice(_INDICES)) if random.random() < 0.8 else int(random.integers(2**16))
        changed[place : place + 2] = struct.pack("<H", number)
    return bytes(changed)


def tiny_soundfont() -> bytes:
    """A soundfont of one preset, one instrument and one sample, a looped sine of 1 s."""
    wave = (8000 * np.sin(np.arange(44_100) * 2 * np.pi / 100)).astype("<i2").tobytes() + bytes(92)

    def chunk(name: bytes, content: bytes) -> bytes:
        return name + struct.pack("<I", len(content)) + content

    def named(name: bytes) -> bytes:
        return name.ljust(20, b"\0")

    preset, instrument = struct.Struct("<20sHHHIII"), struct.Struct("<20sH")
    bag, generator, sample = struct.Struct("<HH"), struct.Struct("<HH"), struct.Struct("<20sIIIIIBbHH")
    tables = {
        b"phdr": preset.pack(named(b"piano"), 0, 0, 0, 0, 0, 0) + preset.pack(named(b"EOP"), 0, 0, 1, 0, 0, 0),
        b"pbag": bag.pack(0, 0) + bag.pack(1, 0),
        b"pmod": bytes(10),
        b"pgen": generator.pack(41, 0) + generator.pack(0, 0),
        b"inst": instrument.pack(named(b"piano"), 0) + instrument.pack(named(b"EOI"), 1),
        b"ibag": bag.pack(0, 0) + bag.pack(2, 0),
        b"imod": bytes(10),
        b"igen": generator.pack(54, 1) + generator.pack(53, 0) + generator.pack(0, 0),
        b"shdr": sample.pack(named(b"sine"), 0, 44_100, 100, 44_000, 44_100, 69, 0, 0, 1)
        + sample.pack(named(b"EOS"), 0, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    lists = chunk(b"LIST", b"INFO" + chunk(b"ifil", struct.pack("<HH", 2, 4)))
    lists += chunk(b"LIST", b"sdta" + chunk(b"smpl", wave))
    lists += chunk(b"LIST", b"pdta" + b"".join(chunk(name, content) for name, content in tables.items()))
    return chunk(b"RIFF", b"sfbk" + lists)
