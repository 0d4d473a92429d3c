"""What a library writes to file descriptor 2 within the block is discarded; later output is not."""

import os

import pytest

from pianomime_core.library_noise import no_library_noise


def test_silence_ends(capfd: pytest.CaptureFixture[str]) -> None:
    with no_library_noise():
        os.write(2, b"ALSA lib confmisc.c\n")
    os.write(2, b"heard\n")
    assert capfd.readouterr().err == "heard\n"


def test_silence_ends_with_an_error_too(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with no_library_noise():
            raise OSError("on purpose")

    with pytest.raises(OSError, match="on purpose"):
        fail()
    os.write(2, b"heard\n")
    assert capfd.readouterr().err == "heard\n"
