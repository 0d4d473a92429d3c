import json
from pathlib import Path

import numpy as np
import pytest
from training.same_run import RUN, fingerprint, same_run

from pianomime_core.errors import UserError

SETTINGS = {"seed": 0, "loss": {"rows": 512, "noise": 0.05}, "sizes": (3, 4), "file": Path("a/b")}


def test_the_same_run_goes_on(tmp_path: Path) -> None:
    same_run(tmp_path / "out", SETTINGS)
    (tmp_path / "out" / "network.pt").touch()
    same_run(tmp_path / "out", SETTINGS)
    assert json.loads((tmp_path / "out" / RUN).read_text())["loss"]["rows"] == 512


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"seed": 3}, "another seed: .*there 0, here 3"),
        ({"loss": {"rows": 512, "noise": 0.1}}, r"another loss\.noise: .*there 0\.05, here 0\.1"),
        ({"sizes": (3, 5)}, r"another sizes: .*\[3, 4\], here \[3, 5\]"),
        ({"more": True}, "another more: .*there null, here true"),
        ({"seed": 1, "file": Path("c")}, "another seed, file: "),
    ],
)
def test_another_run_is_refused_with_what_differs(tmp_path: Path, changed: dict[str, object], named: str) -> None:
    same_run(tmp_path, SETTINGS)
    before = (tmp_path / RUN).read_bytes()
    with pytest.raises(UserError, match=named):
        same_run(tmp_path, {**SETTINGS, **changed})
    assert (tmp_path / RUN).read_bytes() == before


@pytest.mark.parametrize("name", ["examples-0.npz", "checkpoint.pt"])
def test_what_does_not_say_where_it_comes_from_is_not_continued(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(UserError, match="does not say what it was made from"):
        same_run(tmp_path, SETTINGS)
    assert not (tmp_path / RUN).exists()


@pytest.mark.parametrize("text", ["{", "[1]", ""])
def test_a_damaged_note_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / RUN).write_text(text)
    with pytest.raises(UserError, match=r"run\.json' does not describe a run"):
        same_run(tmp_path, SETTINGS)


def test_fingerprints_differ_where_data_do() -> None:
    a, b = np.arange(6, dtype=np.int32), np.zeros(2)
    others = ([a, b + 1], [b, a], [a.reshape(2, 3), b], [a.astype(np.uint32), b], [a], [np.arange(6), b])
    assert fingerprint([a, b]) == fingerprint([np.arange(12, dtype=np.int32)[:6], np.zeros(4)[::2]])
    assert len({fingerprint(data) for data in ([a, b], *others)}) == 1 + len(others)
