"""The Ray path with a fake Ray: the calls made, and the error if Ray is missing."""

import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from command_examples import Command

from pianomime.episodes.ray_pool import ray_results
from pianomime_core.errors import UserError


class FakeRay(ModuleType):
    """Plays each task when it is waited for, the last one first. `ends` are the tasks that were called back."""

    class exceptions:  # noqa: N801
        class RayError(Exception):
            pass

    def __init__(self) -> None:
        super().__init__("ray")
        self.ends: list[Any] = []
        self.address: str | None = None
        self.is_running = False
        self.cores: int | None = None

    def init(self, address: str, **options: object) -> None:
        if address == "nowhere:1":
            raise ConnectionError("nobody there")
        if address == "locked:1":
            raise self.exceptions.RayError("token is missing")
        self.address, self.is_running = address, True

    def remote(self, num_cpus: int) -> Callable[[Callable[[Any], Any]], Any]:
        self.cores = num_cpus

        def decorate(play: Callable[[Any], Any]) -> Any:
            remote_function = ModuleType("remote_function")
            remote_function.remote = lambda task: (play, task)  # type: ignore[attr-defined]
            return remote_function

        return decorate

    def wait(
        self, references: list[Any], num_returns: int, timeout: float | None = None
    ) -> tuple[list[Any], list[Any]]:
        return references[-num_returns:], references[:-num_returns]

    def get(self, reference: Any) -> Any:
        play, task = reference
        return play(task)

    def cancel(self, reference: Any) -> None:
        self.ends.append(reference[1])

    def shutdown(self) -> None:
        self.is_running = False


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> FakeRay:
    fake = FakeRay()
    monkeypatch.setitem(sys.modules, "ray", fake)
    return fake


def test_results_come_as_they_end(ray: FakeRay) -> None:
    assert list(ray_results([1, 2, 3], str, "here:6379")) == [(3, "3"), (2, "2"), (1, "1")]
    assert (ray.address, ray.cores, ray.is_running, ray.ends) == ("here:6379", 1, False, [])


def test_who_stops_calls_the_others_back(ray: FakeRay) -> None:
    results = ray_results([1, 2, 3], str, "auto")
    next(results)
    results.close()
    assert ray.ends == [1, 2]
    assert not ray.is_running


def test_a_machine_that_dies_is_a_broken_executor(ray: FakeRay) -> None:
    def die(task: int) -> int:
        raise FakeRay.exceptions.RayError("node died")

    with pytest.raises(BrokenExecutor, match="node died"):
        list(ray_results([1], die, "auto"))
    assert not ray.is_running


@pytest.mark.usefixtures("ray")
@pytest.mark.parametrize(("address", "reason"), [("nowhere:1", "nobody there"), ("locked:1", "token is missing")])
def test_an_address_without_a_cluster_for_us_is_refused(address: str, reason: str) -> None:
    with pytest.raises(UserError, match=rf"'{address}': {reason}.*HOST:PORT.*auto.*local"):
        list(ray_results([1], str, address))


def test_without_ray_the_extra_is_named(
    tune: Path, tmp_path: Path, pianomime: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    result = pianomime("refine", tune, "--out", tmp_path / "out", "--ray", "auto")
    result.refuses("--ray", "not installed", "pianomime[ray]")
