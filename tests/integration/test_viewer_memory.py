"""The memory of the browser viewer while pages connect and disconnect."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
import viser
from websockets.sync.client import connect
from websockets.typing import Subprotocol

VIEWER = """
import sys
from pianomime_description import SceneConfig
from pianomime_sim.viewers import open_viewer
viewer = open_viewer("browser", SceneConfig(), port=0)
sys.stdin.read()
viewer.close()
"""
DIALECT = Subprotocol(f"viser-v{viser.__version__}")
WARM_JOINS, JOINS = 10, 40
KEPT_SHARE = 0.05
"""Of what was sent to pages that are gone. Where freed memory stays in a heap full of holes, a quarter and more is."""
SETTLING_S = 5.0


@pytest.fixture
def viewer():
    process = subprocess.Popen([sys.executable, "-c", VIEWER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    url = next(word for word in process.stdout.readline().split() if word.startswith("http")).replace("http", "ws")
    yield process, url
    process.communicate()


def resident_bytes(process) -> int:
    """Once what has been left is given back."""
    time.sleep(SETTLING_S)
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


def join(url: str, times: int) -> int:
    """Come, take the scene, and leave without a word, so many times; return the bytes sent."""
    sent = 0
    for _ in range(times):
        page = connect(url, subprotocols=[DIALECT], max_size=None, compression=None, ping_interval=None)
        sent += len(page.recv())
        page.socket.close()
    return sent


@pytest.mark.slow
def test_pages_that_leave_give_their_memory_back(viewer):
    process, url = viewer
    join(url, WARM_JOINS)
    before = resident_bytes(process)
    sent = join(url, JOINS)
    assert sent > JOINS * 10**5
    assert resident_bytes(process) - before < KEPT_SHARE * sent
