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

"""Plays many songs on a Ray cluster, an optional extra: `pip install "pianomime[ray]"`."""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from typing import Any, TypeVar

from pianomime_core.errors import UserError
from pianomime_core.extras import needs_extra

Task = TypeVar("Task")
Result = TypeVar("Result")

# A cancelled song finishes its current segment of the search and writes its files.
_END_S = 60.0


def ray_results(tasks: Sequence[Task], play: Callable[[Task], Result], address: str) -> Iterator[tuple[Task, Result]]:
    """Play every task on one core of the cluster; yield the results in order of completion.

    Args:
        tasks: Tasks, started in this order; must be picklable.
        play: A module-level function of a module installed on every machine.
        address: Address of the cluster, as for `ray.init`: HOST:PORT, "auto" for the one on this machine, "local" for a
            new one on this machine alone.

    Raises:
        UserError: Ray is not installed, or there is no usable cluster at the address.
        BrokenExecutor: A process or a machine died.
    """
    ray = _ray()
    try:
        ray.init(address=address, logging_level=logging.ERROR, include_dashboard=False)
    except (ray.exceptions.RayError, ConnectionError, ValueError, RuntimeError) as error:
        legal = "HOST:PORT, auto (a cluster begun here by `ray start --head`) or local (a new one, this machine alone)"
        raise UserError(f"no Ray cluster at --ray {address!r}: {error}; addresses are {legal}") from error
    remote = ray.remote(num_cpus=1)(play)
    pending = {remote.remote(task): task for task in tasks}
    try:
        while pending:
            ended, _ = ray.wait(list(pending), num_returns=1)
            for reference in ended:
                task = pending.pop(reference)
                yield task, ray.get(reference)
    except ray.exceptions.RayError as error:
        raise BrokenExecutor(str(error)) from error
    finally:
        for reference in pending:
            ray.cancel(reference)
        if pending:
            ray.wait(list(pending), num_returns=len(pending), timeout=_END_S)
        ray.shutdown()


def _ray() -> Any:
    with needs_extra("--ray", "ray"):
        import ray
    return ray
