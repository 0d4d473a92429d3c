"""Files of torch, read as numbers alone: nothing in them is run, and what is no number or does not fit is refused."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pianomime_core.errors import UserError

_SHOWN = 4


def read_torch(path: Path, what: str, keys: Collection[str], device: str | torch.device = "cpu") -> dict[str, Any]:
    """The dictionary in a file.

    Args:
        path: The file.
        what: What it should be, for the message: "trained network".
        keys: It must hold these and no others.

    Raises:
        UserError: It is missing, damaged, or holds something else or numbers that are not finite.
    """
    if not path.is_file():
        raise UserError(f"{str(path)!r} is no {what}: there is no such file")
    try:
        content = torch.load(path, map_location=device, weights_only=True)
    except Exception as error:  # torch raises whatever a damaged file trips it over
        raise UserError(
            f"{str(path)!r} is no {what}: it is damaged, or holds more than tensors and plain values"
        ) from error
    if not isinstance(content, dict) or set(content) != set(keys):
        found = ", ".join(map(repr, content)) if isinstance(content, dict) else type(content).__name__
        raise UserError(f"{str(path)!r} is no {what}: it holds {found or 'nothing'} in the place of {', '.join(keys)}")
    for name, tensor in _tensors(content):
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise UserError(f"{str(path)!r} is no {what}: {name} holds numbers that are not finite")
    return content


def fill(module: nn.Module, weights: Any, path: Path) -> None:
    """Take weights that were read from `path` as those of a module, also of one without memory (device "meta").

    Raises:
        UserError: Names or shapes differ; the message tells which.
    """
    if not isinstance(weights, Mapping):
        raise UserError(f"{str(path)!r} holds no weights but {type(weights).__name__}")
    wanted = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    given = {name: tuple(getattr(tensor, "shape", ("no tensor",))) for name, tensor in weights.items()}
    differing = [
        f"{name}: file {given.get(name, 'nothing')}, network {wanted.get(name, 'nothing')}"
        for name in dict.fromkeys([*wanted, *given])
        if given.get(name) != wanted.get(name)
    ]
    if differing:
        more = f"; {len(differing) - _SHOWN} more" if len(differing) > _SHOWN else ""
        raise UserError(f"{str(path)!r} holds weights of another network: {'; '.join(differing[:_SHOWN])}{more}")
    on_meta = any(tensor.is_meta for tensor in module.state_dict().values())
    module.load_state_dict(dict(weights), assign=on_meta)


def _tensors(content: Any, name: str = "") -> Iterator[tuple[str, Tensor]]:
    if isinstance(content, Tensor):
        yield name, content
    elif isinstance(content, Mapping | list | tuple):
        pairs = content.items() if isinstance(content, Mapping) else enumerate(content)
        for key, value in pairs:
            yield from _tensors(value, f"{name}.{key}" if name else str(key))
