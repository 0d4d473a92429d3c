"""The cost of the viewer: a song in real time through the real nodes, without and with the browser viewer.

With it, 0, 1 and 2 clients are connected, which receive everything that a page would but draw nothing, since drawing is
done by the client's machine. Frames are counted on arrival. Requirement: 30 per second, and no more missed deadlines
than without viewer. On a machine with other load the deadlines mean nothing.
"""

import contextlib
import json
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import tyro
import viser
from rich.console import Console
from rich.table import Table
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from pianomime.files.models import model_folder
from pianomime.files.outputs import check_file, write_json
from pianomime.files.songs import find_song
from pianomime.graph.graph_options import PlayOptions
from pianomime.graph.node_table import node_table
from pianomime.graph.ros_instance import refuse_second_instance
from pianomime.graph.runner import NodeDied, Runner
from pianomime_core.errors import UserError
from pianomime_core.rollout import Rollout
from pianomime_core.ros_environment import complete_ros_environment
from pianomime_core.timing import CONTROL_TIMESTEP_S
from pianomime_core.web import LOCALHOST
from pianomime_policy.controllers.registry import check_controller
from pianomime_sim.viewers.port import free_port

CONDITIONS = (None, 0, 1, 2)
"""Clients of the viewer; None: no viewer."""
SETTLING_S = 2.0
"""A new client is sent the whole scene first; frames count from then on."""
ANSWER_S = 0.5


@dataclass(frozen=True)
class ViewerCostOptions:
    """Play a song with an increasing number of clients.

    Attributes:
        song: Bundled song or MIDI file.
        controller: Name of the controller.
        warm_up_s: Deadlines missed before this time do not count.
        json: File for all numbers; by default none.
    """

    song: str = "twinkle"
    controller: str = "streaming"
    warm_up_s: float = 2.0
    json: Path | None = None


class Client(threading.Thread):
    """Receives what a page would.

    Args:
        url: URL of the viewer, beginning with ws://.
        playing: Set while the song plays; only then frames are expected.
    """

    def __init__(self, url: str, playing: threading.Event) -> None:
        super().__init__(daemon=True)
        self._url = url
        self._playing = playing
        self._closing = threading.Event()
        self.arrivals_s: list[float] = []
        self.received_bytes = 0

    def run(self) -> None:
        dialect = Subprotocol(f"viser-v{viser.__version__}")
        with (
            contextlib.suppress(ConnectionClosed),
            connect(self._url, subprotocols=[dialect], max_size=None) as page,
        ):
            while not self._closing.is_set():
                with contextlib.suppress(TimeoutError):
                    message = page.recv(timeout=ANSWER_S)
                    if self._playing.is_set():
                        self.arrivals_s.append(time.monotonic())
                        self.received_bytes += len(message)

    def leave(self) -> None:
        """Disconnect."""
        self._closing.set()
        self.join()

    def frames_per_s(self) -> float:
        """Return frames per second once settled; 0 for none."""
        return frames_per_s(self.arrivals_s, SETTLING_S)


def frames_per_s(arrivals_s: list[float], settling_s: float) -> float:
    """Return the rate of frames that arrived later than `settling_s` after the first; 0 if none did."""
    settled = [when_s for when_s in arrivals_s if when_s - arrivals_s[0] >= settling_s]
    return (len(settled) - 1) / (settled[-1] - settled[0]) if len(settled) > 1 else 0.0


@dataclass(frozen=True)
class Watched:
    """Results of one performance.

    Attributes:
        clients: Number of clients; None without a viewer.
        missed: Deadlines missed after the warm-up.
        score: Final report of the simulator, including times.
        frames_per_s: Frame rate of each client.
        mb_per_s: Data rate to all clients.
    """

    clients: int | None
    missed: int
    score: dict[str, float]
    frames_per_s: tuple[float, ...]
    mb_per_s: float


def main(options: ViewerCostOptions | None = None) -> int:
    """Print the table; return 1 if a node died.

    Raises:
        UserError: Bad options.
    """
    options = options or ViewerCostOptions()
    if options.json is not None:
        check_file(options.json, "--json", ".json")
    check_controller(options.controller, model_folder(options.controller))
    song = find_song(options.song)
    complete_ros_environment()
    console = Console()
    refuse_second_instance()
    try:
        watched = [_perform(options, song, clients, console) for clients in CONDITIONS]
    except NodeDied as death:
        print(death, file=sys.stderr)
        return 1
    console.print(_table(watched, options))
    if options.json is not None:
        write_json(options.json, {"playings": [vars(one) for one in watched]})
    return 0


def _perform(options: ViewerCostOptions, song: Path, clients: int | None, console: Console) -> Watched:
    playing, listening = threading.Event(), threading.Event()

    def on_line(name: str, line: str) -> None:
        if name == "viewer_node" and line.startswith("viewer: open"):
            listening.set()
        if "the song begins" in line:
            playing.set()
        console.print(f"[{name}] {line}", markup=False, highlight=False)

    port = free_port(LOCALHOST)
    watching = [Client(f"ws://{LOCALHOST}:{port}", playing) for _ in range(clients or 0)]
    with tempfile.TemporaryDirectory(prefix="pianomime-") as folder:
        rollout, score = Path(folder) / "played.npz", Path(folder) / "score.json"
        play = PlayOptions(
            midi=song,
            controller=options.controller,
            viewer="none" if clients is None else "browser",
            viewer_port=port,
            rollout=rollout,
        )

        def sample() -> None:
            if listening.is_set():
                for client in watching:
                    if client.ident is None:
                        client.start()

        with Runner(node_table(play, score), on_line) as runner:
            runner.wait(sample)
            playing.clear()
            for client in watching:
                client.leave()
        steps = Rollout.load(rollout).metadata["missed_steps"]
        values: dict[str, float] = json.loads(score.read_text(encoding="utf-8"))
    return Watched(
        clients=clients,
        missed=sum(step * CONTROL_TIMESTEP_S >= options.warm_up_s for step in steps),
        score=values,
        frames_per_s=tuple(client.frames_per_s() for client in watching),
        mb_per_s=sum(c.received_bytes for c in watching) / 1e6 / (values["steps"] * CONTROL_TIMESTEP_S),
    )


def _table(watched: list[Watched], options: ViewerCostOptions) -> Table:
    table = Table(
        title=f"{Path(options.song).name} in real time, {options.controller}: the browser viewer's clients; ms"
    )
    columns = ("clients", "steps", "missed", "late p99", "max", "answer p50", "p99", "frames/s", "MB/s", "F1")
    for column in columns:
        table.add_column(column, justify="right")
    for one in watched:
        score = one.score
        times = ("jitter_p99_ms", "jitter_max_ms", "latency_p50_ms", "latency_p99_ms")
        table.add_row(
            "none" if one.clients is None else f"{one.clients}",
            f"{score['steps']:.0f}",
            f"{one.missed}",
            *(f"{score[name]:.1f}" for name in times),
            ", ".join(f"{rate:.1f}" for rate in one.frames_per_s) or "-",
            f"{one.mb_per_s:.2f}",
            f"{score['f1']:.4f}",
        )
    return table


if __name__ == "__main__":
    try:
        sys.exit(main(tyro.cli(ViewerCostOptions)))
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
