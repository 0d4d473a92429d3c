"""Records what a run was made from: a folder accepts only the same run again, so its provenance stays true."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pianomime.files.outputs import make_folder, write_json
from pianomime_core.errors import UserError
from pianomime_policy.networks.network_file import as_json

RUN = "run.json"
_MADE_BY_RUNS = ("*.pt", "*.npz")
_SHOWN_OF_A_VALUE = 40
_Leaves = dict[str, Any]


def same_run(folder: Path, run: Mapping[str, Any]) -> None:
    """Create the folder and record what its run is made from, or check that it holds exactly this run.

    Args:
        folder: Folder of examples, checkpoints and so on.
        run: Everything that influences the result: seed, settings, `fingerprint` of the data, as JSON values, tuples,
            numpy arrays and paths.

    Raises:
        UserError: The folder holds a run that was made from something else, or without a record; the message lists
            the differences. Nothing is changed.
    """
    make_folder(folder, "--out")
    here = json.loads(json.dumps(dict(run), default=_as_json))
    if (folder / RUN).exists():
        there = _read(folder / RUN)
        differing = list(_differing(_leaves(there), _leaves(here)))
        if differing:
            names, values = zip(*differing, strict=True)
            raise UserError(
                f"{str(folder)!r} holds a run with another {', '.join(names)}: give another --out, or repeat the "
                f"command that began it ({'; '.join(values)})"
            )
        return
    if any(found for pattern in _MADE_BY_RUNS for found in folder.glob(pattern)):
        raise UserError(f"{str(folder)!r} holds a run that does not say what it was made from: give another --out")
    write_json(folder / RUN, here)


def fingerprint(arrays: Iterable[NDArray[Any]]) -> str:
    """Return a hash of arrays, equal for the same arrays in the same order."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _as_json(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else as_json(value)


def _read(path: Path) -> _Leaves:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{str(path)!r} does not describe a run: {error}") from error
    if not isinstance(content, dict):
        raise UserError(f"{str(path)!r} does not describe a run: it is not a JSON object")
    return content


def _leaves(run: Mapping[str, Any], prefix: str = "") -> _Leaves:
    found: _Leaves = {}
    for key, value in run.items():
        found |= _leaves(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return found


def _differing(there: _Leaves, here: _Leaves) -> Iterable[tuple[str, str]]:
    for key in dict.fromkeys([*there, *here]):
        if (mine := there.get(key)) != (yours := here.get(key)):
            yield key, f"{key} there {_short(mine)}, here {_short(yours)}"


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN_OF_A_VALUE else f"{text[:_SHOWN_OF_A_VALUE]}..."
