"""Valid archives, and the errors for invalid ones."""

import errno
import io
import zipfile
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from pianomime_core.errors import UserError
from pianomime_core.npz_file import json_object, one_number, read_npz, require_names, write_npz

ARRAYS = {"keys": np.arange(88) % 2 == 0, "dt": np.float64(0.05), "title": np.array("Für Elise")}
ALL = ("*",)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "no ending"
    write_npz(path, "rollout", ARRAYS)
    again = read_npz(path, "rollout", ALL)
    assert set(again) == set(ARRAYS)
    assert all(np.array_equal(again[name], array) for name, array in ARRAYS.items())
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut"])
def test_files_that_are_no_archive(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "rollout.npz"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"is not a rollout \(npz without pickle\), or is damaged"):
        read_npz(path, "rollout", ALL)


def test_damaged_archives(tmp_path: Path) -> None:
    path = tmp_path / "rollout.npz"
    write_npz(path, "rollout", ARRAYS)
    whole = path.read_bytes()
    for cut in (10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(UserError, match="damaged"):
            read_npz(path, "rollout", ALL)
    np.save(tmp_path / "array.npy", np.zeros(3))
    with pytest.raises(UserError, match="is not a rollout"):
        read_npz(tmp_path / "array.npy", "rollout", ALL)


def packed(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


def header(shape: tuple[int, ...], dtype: str = "|b1") -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": dtype, "fortran_order": False, "shape": shape})
    return file.getvalue()


def test_what_is_not_known_is_not_unpacked(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.npz", good=header((3,)) + b"\1\0\1", key_a=header(()) + b"\1", pickled=b"\x80no array")
    read = read_npz(path, "rollout", ("good", "key_*", "absent"))
    assert {name: array.tolist() for name, array in read.items()} == {"good": [True, False, True], "key_a": True}


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pianomime_core.npz_file.MAX_BYTES", 10_000_000)
    half = header((6_000_000,)) + bytes(6_000_000)
    path = packed(tmp_path / "a.npz", goal=half, pressed=half)
    assert path.stat().st_size < 20_000
    assert len(read_npz(path, "rollout", ("goal",))["goal"]) == 6_000_000
    with pytest.raises(UserError, match=r"rollout '.*a\.npz' unpacks to 12 MB: at most 10 MB are read"):
        read_npz(path, "rollout", ("goal", "pressed"))


@pytest.mark.parametrize(
    "content",
    [
        header((10**12,)) + b"\1",
        header((2**70, 0)),
        header((-1,)),
        header((1,), "|O") + b"\1",
        header((1,), "<U1000000000") + b"\1",
        header((3,)) + b"\1",
        b"",
    ],
)
def test_headers_that_lie_are_refused_before_anything_is_allocated(content: bytes, tmp_path: Path) -> None:
    path = packed(tmp_path / "a.npz", goal=content)
    with pytest.raises(UserError, match=r"a\.npz' is not a rollout \(npz without pickle\), or is damaged"):
        read_npz(path, "rollout", ALL)


def test_other_ways_of_compression_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("goal.npy", header((1,)) + b"\1")
    with pytest.raises(UserError, match="compressed in another way"):
        read_npz(tmp_path / "a.npz", "rollout", ALL)


def test_pickles_are_not_opened(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", metadata=np.array({"a": 1}, dtype=object))
    with pytest.raises(UserError, match="is not a demonstration"):
        read_npz(tmp_path / "a.npz", "demonstration", ALL)


def test_missing_and_unwritable_files(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"rollout file '.*missing\.npz' does not exist"):
        read_npz(tmp_path / "missing.npz", "rollout", ALL)
    with pytest.raises(UserError, match=r"rollout '.*a\.npz' cannot be written: No such file or directory"):
        write_npz(tmp_path / "missing" / "a.npz", "rollout", ARRAYS)


def test_an_old_file_survives_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rollout.npz"
    write_npz(path, "rollout", ARRAYS)
    before = path.read_bytes()

    def disk_full(file: IO[bytes], **arrays: object) -> None:
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", disk_full)
    with pytest.raises(UserError, match="cannot be written: No space left on device"):
        write_npz(path, "rollout", {"keys": np.zeros(3)})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_arrays_that_are_not_there() -> None:
    require_names("a.npz", "rollout", ARRAYS, ["dt", "keys"])
    with pytest.raises(UserError, match=r"rollout 'a\.npz' lacks goal, pressed: it needs goal, dt, pressed"):
        require_names("a.npz", "rollout", ARRAYS, ["goal", "dt", "pressed"])


def test_a_number() -> None:
    assert one_number("rollout", "dt", np.array(0.05)) == 0.05
    for bad in (np.array("fast"), np.array([0.05]), np.array(1)):
        with pytest.raises(UserError, match=r"rollout has dt of shape .* must be one float"):
            one_number("rollout", "dt", bad)


def test_metadata() -> None:
    assert json_object("rollout", np.array('{"seed": 1}')) == {"seed": 1}
    for bad in (np.array("{"), np.array('{"a": ' + 100_000 * "["), np.array("[1]"), np.array(["{}"]), np.array(1.0)):
        with pytest.raises(UserError, match="rollout has bad metadata"):
            json_object("rollout", bad)
