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

"""The probes of `pianomime doctor`. A probe returns a short result; `Absent` means that something optional is not
installed, any other exception that it does not work.

`python -m pianomime.commands.doctor_probes NAME` runs one: each has its own process, since some crash it on failure (GL
drivers) and others depend on its environment (`MUJOCO_GL`). Its last line of output is the result.
"""

import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from packaging.requirements import Requirement

from pianomime_core.errors import UserError

EXIT_FOUND, EXIT_BROKEN, EXIT_ABSENT = 0, 1, 3
OLDEST_PYTHON = (3, 11)
_PATIENCE_S = 10.0
_PICTURE_PX = 32


class Absent(Exception):  # noqa: N818 (a finding, not an error)
    """Something optional is not installed."""


def python() -> str:
    """The interpreter."""
    if sys.version_info < OLDEST_PYTHON:
        raise UserError(f"Python {platform.python_version()}: 3.11 or newer is needed")
    return f"{platform.python_version()}, {sys.prefix}"


def packages() -> str:
    """The requirements of our packages."""
    found, wrong = {}, []
    for requirement in _requirements():
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        found[requirement.name] = version
        if version not in requirement.specifier:
            wrong.append(f"{requirement.name} is {version}, want {requirement.specifier}")
    if wrong:
        raise UserError("; ".join(wrong))
    return ", ".join(f"{name} {version}" for name, version in sorted(found.items()))


def ros() -> str:
    """A message between two nodes through the middleware."""
    from pianomime_core.ros_environment import complete_ros_environment

    complete_ros_environment()
    import rclpy
    from rclpy.signals import SignalHandlerOptions

    for package in ("diagnostic", "rosgraph", "sensor", "trajectory", "visualization"):
        __import__(f"{package}_msgs.msg")
    from pianomime_core.ros_qos import LATCHED
    from pianomime_core.ros_status_messages import status_message

    heard: list[object] = []
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    speaker, listener = rclpy.create_node("doctor_speaker"), rclpy.create_node("doctor_listener")
    message = status_message("doctor", {}, step=0)
    speaker.create_publisher(type(message), "~/test", LATCHED).publish(message)
    listener.create_subscription(type(message), "/doctor_speaker/test", heard.append, LATCHED)
    deadline_s = time.monotonic() + _PATIENCE_S
    while not heard and time.monotonic() < deadline_s:
        rclpy.spin_once(listener, timeout_sec=0.1)
    middleware = rclpy.get_rmw_implementation_identifier()
    rclpy.try_shutdown()
    if not heard:
        raise UserError(f"{middleware}: no message arrived within {_PATIENCE_S:.0f} s")
    return f"rclpy with {middleware}: a message arrived"


def discovery() -> str:
    """Who can discover the graph."""
    from pianomime.graph.ros_instance import refuse_second_instance
    from pianomime_core.ros_environment import DISCOVERY, domain_id, stays_on_this_machine

    domain = domain_id(os.environ)
    refuse_second_instance()
    if not stays_on_this_machine(os.environ):
        raise Absent(f"domain {domain}; {DISCOVERY} is {os.environ[DISCOVERY]}: other machines may discover the graph")
    return f"domain {domain}, this machine only"


def kernels() -> str:
    """The default controller, whose kernels are loaded or compiled now."""
    from numba.core.dispatcher import Dispatcher

    from pianomime_description.variant import SceneConfig
    from pianomime_policy.warm_up import ready_controller

    begin_s = time.monotonic()
    ready_controller("streaming", SceneConfig(), lambda line: None)
    took = f"{time.monotonic() - begin_s:.0f} s"
    ours = [module for name, module in list(sys.modules.items()) if name.startswith("pianomime_policy")]
    compiled = {id(value): value for module in ours for value in vars(module).values() if isinstance(value, Dispatcher)}
    misses = sum(sum(kernel.stats.cache_misses.values()) for kernel in compiled.values())
    return f"{misses} kernels compiled just now, in {took}" if misses else f"compiled before, loaded in {took}"


def models() -> str:
    """The bundled networks fit the robot."""
    from pianomime.files.models import model_folder
    from pianomime_description.variant import SceneConfig
    from pianomime_policy.controllers.registry import make_controller
    from pianomime_policy.controllers.specs import ours_that_need

    trained = ours_that_need("model")
    folder = model_folder(trained[0])
    assert folder is not None
    if not folder.is_dir():
        raise Absent(f"no folder {folder}")
    if find_spec("onnxruntime") is None:
        raise Absent("onnxruntime is not installed")
    make_controller(trained[0], SceneConfig(), folder)
    return f"{', '.join(trained)}: networks accepted"


def offscreen() -> str:
    """Offscreen rendering with the library in `MUJOCO_GL`."""
    import mujoco

    model = mujoco.MjModel.from_xml_string("<mujoco><worldbody><geom size='1'/></worldbody></mujoco>")
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    try:
        renderer = mujoco.Renderer(model, _PICTURE_PX, _PICTURE_PX)
    except Exception as error:  # without its library a renderer fails in as many ways as there are drivers
        raise Absent(f"MUJOCO_GL={os.environ.get('MUJOCO_GL', '')} does not work here") from error
    renderer.update_scene(data)
    lit = renderer.render().any()
    renderer.close()
    if not lit:
        raise UserError("the image is black")
    return "an image was rendered"


def screen() -> str:
    """The display of the window viewer."""
    from pianomime_sim.viewers.window import check_display

    try:
        check_display()
    except UserError as error:
        raise Absent("no display") from error
    return f"display {os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY')}"


def rviz() -> str:
    """RViz, which comes only with ROS 2, and robot_state_publisher."""
    from pianomime.graph.rviz import RVIZ, STATE_PUBLISHER, ros_program

    if ros_program(RVIZ) is None:
        raise Absent("rviz2 is not installed")
    return RVIZ if ros_program(STATE_PUBLISHER) is None else f"{RVIZ}, {STATE_PUBLISHER}"


def viewer_port() -> str:
    """The port of the browser viewer."""
    from pianomime_core.web import LOCALHOST, VIEWER_PORT
    from pianomime_sim.viewers.port import check_port

    check_port(LOCALHOST, VIEWER_PORT)
    return f"{VIEWER_PORT} is free"


def audio() -> str:
    """The audio device."""
    from pianomime_sim.sound.speaker import default_device

    try:
        name, rate_hz = default_device()
    except UserError as error:
        raise Absent(str(error)) from error
    return f"{name}, {rate_hz} Hz"


def midi() -> str:
    """The available MIDI systems and their ports."""
    if find_spec("rtmidi") is None:
        raise Absent("python-rtmidi is not installed")
    import rtmidi

    answers = []
    for api in rtmidi.get_compiled_api():
        try:
            ports = rtmidi.MidiIn(api).get_ports()
        except Exception:  # rtmidi raises what its system raises
            continue
        answers.append(f"{rtmidi.get_api_display_name(api)}: {', '.join(ports) or 'no port'}")
    if not answers:
        raise Absent("neither ALSA's sequencer nor a JACK server runs")
    return "; ".join(answers)


def perception() -> str:
    """The hand tracker and the available cameras."""
    for name in ("cv2", "mediapipe"):
        if find_spec(name) is None:
            raise Absent(f"{name} is not installed")
    import numpy as np

    from pianomime_perception.frame_source import cameras
    from pianomime_perception.hand_tracking import HandTracker

    with HandTracker() as tracker:
        tracker.track(np.zeros((90, 160, 3), np.uint8))
    version = importlib.metadata.version("mediapipe")
    return f"MediaPipe {version}, {', '.join(cameras()) or 'no camera'}"


def _requirements() -> Iterator[Requirement]:
    seen: set[str] = set()
    ours = ("pianomime", *(f"pianomime_{part}" for part in ("core", "midi", "description", "physics", "sim", "policy")))
    for package in ours:
        for requirement in map(Requirement, importlib.metadata.requires(package) or []):
            wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if wanted and requirement.name not in (*ours, *seen):
                seen.add(requirement.name)
                yield requirement


_ALL = (
    *(python, packages, ros, discovery, kernels, models, offscreen),
    *(screen, rviz, viewer_port, audio, midi, perception),
)
PROBES: dict[str, Callable[[], str]] = {probe.__name__: probe for probe in _ALL}


def main(name: str) -> int:
    """Run one probe, print its result and return the exit code."""
    try:
        print(f"\n{PROBES[name]()}")
    except Absent as finding:
        print(f"\n{finding}")
        return EXIT_ABSENT
    except Exception as error:
        words = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
        print("\n" + " ".join(words.split()))
        return EXIT_BROKEN
    return EXIT_FOUND


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
