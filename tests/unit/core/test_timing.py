"""The clocks are RoboPianist's."""

import ast
import importlib.util
from pathlib import Path

from pianomime_core import timing


def test_clocks_equal_robopianist() -> None:
    spec = importlib.util.find_spec("robopianist")
    assert spec is not None
    assert spec.submodule_search_locations
    source = (Path(spec.submodule_search_locations[0]) / "suite" / "tasks" / "base.py").read_text()
    numbers = {
        node.targets[0].id: node.value.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    assert numbers["_CONTROL_TIMESTEP"] == timing.CONTROL_TIMESTEP_S
    assert numbers["_PHYSICS_TIMESTEP"] == timing.PHYSICS_TIMESTEP_S
    assert timing.PHYSICS_STEPS_PER_CONTROL_STEP == 10
    assert timing.FRAMES_PER_SECOND == 20.0
