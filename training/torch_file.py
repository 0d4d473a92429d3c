"""Torch files, read as plain data: no code in them is run, and anything invalid or unexpected is refused."""

import math
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pianomime_core.errors import UserError

_SHOWN = 4


def read_torch(path: Path, what: str, keys: Collection[str], device: str | torch.device = "cpu") -> dict[str, Any]:
    """Return the dictionary in a file.

    Args:
        path: The file.
        what: What it should be, for the message: "trained network".
        keys: Its keys, exactly.

    Raises:
        UserError: It is missing, damaged, or holds other content or numbers that are not finite.
    """
    if not path.is_file():
        raise UserError(f"{str(path)!r} is not a {what}: there is no such file")
    try:
        content = torch.load(path, map_location=device, weights_only=True)
    except Exception as error:  # torch raises all kinds of errors on a damaged file
        raise UserError(
            f"{str(path)!r} is not a {what}: it is damaged, or holds more than tensors and plain values"
        ) from error
    if not isinstance(content, dict) or set(content) != set(keys):
        found = ", ".join(map(repr, content)) if isinstance(content, dict) else type(content).__name__
        raise UserError(f"{str(path)!r} is not a {what}: it holds {found or 'nothing'} instead of {', '.join(keys)}")
    for name, tensor in _tensors(content):
        if tensor.layout != torch.strided:
            raise UserError(f"{str(path)!r} is not a {what}: {name} is a sparse tensor")
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise UserError(f"{str(path)!r} is not a {what}: {name} holds numbers that are not finite")
    return content


def fill(module: nn.Module, weights: Any, path: Path) -> None:
    """Load weights read from `path` into a module, which may be on the device "meta".

    Raises:
        UserError: Names, types or shapes differ; the message lists them.
    """
    if not isinstance(weights, Mapping):
        raise UserError(f"{str(path)!r} holds no weights but {type(weights).__name__}")
    own = module.state_dict()
    expected = {name: tuple(tensor.shape) for name, tensor in own.items()}
    found = {name: tuple(getattr(tensor, "shape", ("no tensor",))) for name, tensor in weights.items()}
    differing = [
        f"{name}: file {found.get(name, 'nothing')}, network {expected.get(name, 'nothing')}"
        for name in dict.fromkeys([*expected, *found])
        if found.get(name) != expected.get(name)
    ]
    if differing:
        more = f"; {len(differing) - _SHOWN} more" if len(differing) > _SHOWN else ""
        raise UserError(f"{str(path)!r} holds weights of another network: {'; '.join(differing[:_SHOWN])}{more}")
    for name, tensor in own.items():
        if weights[name].dtype != tensor.dtype:
            raise UserError(f"{str(path)!r} holds {weights[name].dtype} as {name}: must be {tensor.dtype}")
    on_meta = any(tensor.is_meta for tensor in own.values())
    module.load_state_dict(dict(weights), assign=on_meta)


def require_form(found: Any, like: Any, name: str) -> None:
    """Refuse a value that differs from another in its keys, lengths, types, or shapes of tensors.

    Raises:
        ValueError: The message names the first difference; `name` is that of the value.
    """
    if type(like) is float:
        if not (isinstance(found, int | float) and math.isfinite(found)):
            raise ValueError(f"{name} is {_form(found)}: must be a finite number")
    elif _form(found) != _form(like):
        raise ValueError(f"{name} is {_form(found)}: must be {_form(like)}")
    if isinstance(like, Mapping | list | tuple):
        for key in like if isinstance(like, Mapping) else range(len(like)):
            require_form(found[key], like[key], f"{name}.{key}")


def _form(value: Any) -> str:
    kind = type(value).__name__
    if isinstance(value, Tensor):
        return f"{value.dtype} {tuple(value.shape)}"
    if isinstance(value, Mapping):
        return f"{kind} of {', '.join(sorted(map(str, value)))}"
    if isinstance(value, list | tuple):
        return f"{kind} of {len(value)}"
    return str(value) if isinstance(value, float) and not math.isfinite(value) else kind


def _tensors(content: Any, name: str = "") -> Iterator[tuple[str, Tensor]]:
    if isinstance(content, Tensor):
        yield name, content
    elif isinstance(content, Mapping | list | tuple):
        pairs = content.items() if isinstance(content, Mapping) else enumerate(content)
        for key, value in pairs:
            yield from _tensors(value, f"{name}.{key}" if name else str(key))
