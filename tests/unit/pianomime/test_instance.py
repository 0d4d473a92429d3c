"""One graph for each domain."""

import subprocess
import sys

import pytest

from pianomime.instance import InstanceLock
from pianomime_core.errors import UserError

HOLD = "from pianomime.instance import InstanceLock; InstanceLock(%d); print('held', flush=True); input()"


@pytest.fixture(autouse=True)
def own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def test_a_second_one_is_refused_with_the_first_ones_number():
    with subprocess.Popen(
        [sys.executable, "-c", HOLD % 3], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout.readline() == "held\n"
        with pytest.raises(
            UserError, match=rf"second instance.*domain 3.*process {first.pid}.*ROS_DOMAIN_ID.*0 to 101"
        ):
            InstanceLock(3)
        InstanceLock(4).close()  # another domain is another piano
        first.kill()
        first.wait()
        # Killed without a chance to clean up: the lock is free all the same.
        InstanceLock(3).close()


def test_it_can_be_taken_again_after_closing():
    InstanceLock(3).close()
    InstanceLock(3).close()


def test_a_runtime_folder_that_is_gone_is_no_obstacle(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "gone"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    InstanceLock(3).close()
    assert [path.name for path in tmp_path.glob("*.lock")] != []
