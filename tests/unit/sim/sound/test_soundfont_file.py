"""Every index in a soundfont is valid, or it is refused before the synthesizer loads it."""

import os
import signal
import struct
from pathlib import Path

import numpy as np
import pytest
import tinysoundfont
from benchmarks.fuzz.soundfont_files import tiny_soundfont

from pianomime_core.errors import UserError
from pianomime_sim.sound.soundfont_file import check_soundfont
from pianomime_sim.sound.synth import PianoSynth, bundled_soundfont

GOOD = tiny_soundfont()


def changed(table: bytes, at: int, number: int, form: str = "<H") -> bytes:
    """The tiny soundfont with one number of a table changed."""
    data = bytearray(GOOD)
    struct.pack_into(form, data, GOOD.index(table) + 8 + at, number)
    return bytes(data)


def test_good_ones_are_accepted(tmp_path: Path) -> None:
    check_soundfont(bundled_soundfont())
    path = tmp_path / "tiny.sf2"
    path.write_bytes(GOOD)
    piano = PianoSynth(path)
    piano.press(69, 100)
    spectrum = np.abs(np.fft.rfft(piano.samples(44_100)[:, 0]))
    assert int(np.argmax(spectrum)) == 441  # 44100 samples a second, 100 in a period


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (changed(b"phdr", 24, 7), "table phdr has indices that fall, or exceed 1"),
        (changed(b"phdr", 38 + 24, 0xFFFF), "table phdr has indices"),
        (changed(b"pbag", 0, 0xFFFF), "table pbag has indices that fall, or exceed 2"),
        (changed(b"pgen", 2, 1), "table pgen names instrument 1 of 1"),
        (changed(b"inst", 20, 9), "table inst has indices"),
        (changed(b"ibag", 4, 4), "table ibag has indices that fall, or exceed 3"),
        (changed(b"igen", 6, 0xFFFF), "table igen names sample 65535 of 1"),
        (changed(b"shdr", 24, 10**9, "<I"), "a sample goes from 0 to 1000000000 of 44146"),
        (changed(b"shdr", -4, 45, "<I"), "table shdr has 45 bytes: want records of 46"),
        (changed(b"shdr", -4, 10**9, "<I"), "part b'shdr' has 1000000000 bytes: 92 are left"),
        (changed(b"phdr", -4, 0, "<I"), "is damaged"),
        (GOOD.replace(b"ibag", b"pbag"), "part b'pbag' is there twice"),
        (GOOD.replace(b"igen", b"iggn"), "it lacks the table igen"),
        (GOOD.replace(b"sdta", b"sxta"), "it has no list of samples"),
    ],
)
def test_what_leads_nowhere_is_named(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.sf2"
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"^soundfont '.*bad\.sf2' is damaged: ") as error:
        check_soundfont(path)
    assert words in str(error.value)


def test_a_crash_of_the_synthesiser_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bad.sf2"
    path.write_bytes(GOOD)
    monkeypatch.setattr(tinysoundfont.Synth, "noteon", lambda *note: os.kill(os.getpid(), signal.SIGSEGV))
    with pytest.raises(UserError, match=r"bad\.sf2' is damaged: played on trial it was killed by SIGSEGV"):
        PianoSynth(path)
