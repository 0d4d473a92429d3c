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

"""Pause, restart, stop and speed of a song as services, a parameter and a topic: server (simulator) and client
(viewers).

piano/pause (std_srvs/SetBool), piano/restart and piano/stop (std_srvs/Trigger), parameter `speed` of sim_node;
piano/transport has the status, latched. Live music cannot be paused: then none of them exist.
"""

from collections.abc import Callable

from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import SetParametersResult
from rcl_interfaces.srv import SetParameters
from rclpy.client import Client
from rclpy.node import Node
from rclpy.parameter import Parameter
from std_srvs.srv import SetBool, Trigger

from pianomime_core import ros_topics as topics
from pianomime_core.errors import UserError
from pianomime_core.ros_liveliness import UNKNOWN, publishers
from pianomime_core.ros_named_numbers import MessageError
from pianomime_core.ros_node import WARNING_PERIOD_S
from pianomime_core.ros_parameters import declare_number
from pianomime_core.ros_qos import LATCHED
from pianomime_core.ros_status_messages import read_status, status_message
from pianomime_sim.playback_control import FASTEST, SLOWEST, PlaybackControl
from pianomime_sim.viewers.base import PlaybackStatus

SPEED = "speed"


class PlaybackControlServer:
    """Offers the playback control of a simulator to the graph.

    Args:
        node: The simulator node; its parameter `speed` is declared here.
        restart, stop: Restart or stop the song; return why that is impossible, or an empty text.

    Attributes:
        control: State shared with the playback thread.
    """

    def __init__(self, node: Node, restart: Callable[[], str], stop: Callable[[], str]) -> None:
        self._node = node
        self._restart = restart
        self._stop = stop
        self._playing = False
        self._offered = False
        self._has_speed = False
        speed = declare_number(
            node,
            SPEED,
            FASTEST,
            "Playback speed in real time, 1 is as written; may be changed while it plays",
            lowest=SLOWEST,
            highest=FASTEST,
            read_only=False,
        )
        self.control = PlaybackControl(speed)

    def offer(self, *, sync: bool, live: bool) -> None:
        """Create the services that apply: none for live music; no speed if the simulator waits for commands.

        Raises:
            UserError: A speed is set where it does not apply.
        """
        self._has_speed, self._offered = not (sync or live), not live
        if not self._has_speed and self.control.speed != FASTEST:
            raise UserError(f"sim_node parameter {SPEED} = {self.control.speed}: {self._why_full_speed(live)}")
        self._reason = self._why_full_speed(live)
        self._node.add_on_set_parameters_callback(self._on_parameters)
        if not self._offered:
            return
        self._publisher = self._node.create_publisher(DiagnosticArray, topics.TRANSPORT, LATCHED)
        self._node.create_service(SetBool, topics.PAUSE, self._on_pause)
        self._node.create_service(Trigger, topics.RESTART, self._trigger(self._restart))
        self._node.create_service(Trigger, topics.STOP, self._trigger(self._stop))
        self._publish_status()

    def set_playing(self, playing: bool) -> None:
        """Publish that a song has begun or ended."""
        self._playing = playing
        if self._offered:
            self._publish_status()

    def _on_pause(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        self.control.pause(request.data)
        self._publish_status()
        response.success, response.message = True, "paused" if request.data else "resumed"
        return response

    def _trigger(self, work: Callable[[], str]) -> Callable[[Trigger.Request, Trigger.Response], Trigger.Response]:
        def answer(request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
            response.message = work()
            response.success = not response.message
            self._publish_status()
            return response

        return answer

    def _on_parameters(self, parameters: list[Parameter]) -> SetParametersResult:
        for parameter in parameters:
            # The range has already been checked.
            if parameter.name == SPEED and not self._has_speed and parameter.value != FASTEST:
                return SetParametersResult(successful=False, reason=self._reason)
        for parameter in parameters:
            if parameter.name == SPEED:
                self.control.set_speed(float(parameter.value))
                if self._offered:
                    self._publish_status()
        return SetParametersResult(successful=True)

    def _publish_status(self) -> None:
        values: dict[str, float | int | str] = {"paused": int(self.control.paused), "playing": int(self._playing)}
        if self._has_speed:
            values[SPEED] = self.control.speed
        self._publisher.publish(status_message("transport", values, step=0))

    @staticmethod
    def _why_full_speed(live: bool) -> str:
        return "live music has the speed of whoever plays it" if live else "with sync it is played as fast as it goes"


class PlaybackControlClient:
    """Client of the playback control: calls without waiting, from any thread; refusals are logged.

    Args:
        node: The client node.
        show: Called with each new status; never if playback cannot be controlled.
    """

    def __init__(self, node: Node, show: Callable[[PlaybackStatus], None]) -> None:
        self._node = node
        self._show = show
        self._pause = node.create_client(SetBool, topics.PAUSE)
        self._restart = node.create_client(Trigger, topics.RESTART)
        self._parameters: dict[str, Client] = {}
        self._states = node.create_subscription(DiagnosticArray, topics.TRANSPORT, self._on_state, LATCHED)

    def pause(self, paused: bool) -> None:
        """Request to pause or resume."""
        self._ask(self._pause, SetBool.Request(data=paused))

    def restart(self) -> None:
        """Request to restart the song."""
        self._ask(self._restart, Trigger.Request())

    def set_speed(self, speed: float) -> None:
        """Request a speed, as a fraction of full speed."""
        request = SetParameters.Request(parameters=[Parameter(SPEED, value=speed).to_parameter_msg()])
        self._find_simulator()
        for client in self._parameters.values():
            self._ask(client, request)

    def _find_simulator(self) -> None:
        """Find the node whose parameter to set, whatever its name: the publisher of the status."""
        for name in publishers(self._node, self._states.topic_name).values():
            if name != UNKNOWN and name not in self._parameters:
                self._parameters[name] = self._node.create_client(SetParameters, f"{name}/set_parameters")

    def _ask(self, client, request) -> None:  # type: ignore[no-untyped-def]  # rclpy's clients are untyped
        def read(future) -> None:  # type: ignore[no-untyped-def]
            answer = future.result()
            for result in getattr(answer, "results", [answer]):
                if result is not None and not getattr(result, "success", getattr(result, "successful", True)):
                    reason = getattr(result, "message", "") or getattr(result, "reason", "")
                    self._node.get_logger().warning(f"refused: {reason}")

        # A server that is not there yet will publish its status when it starts.
        if client.service_is_ready():
            client.call_async(request).add_done_callback(read)

    def _on_state(self, message: DiagnosticArray) -> None:
        try:
            view = read_playback_status(message)
        except MessageError as error:
            name = self._node.resolve_topic_name(topics.TRANSPORT)
            self._node.get_logger().error(f"{name} refused: {error}", throttle_duration_sec=WARNING_PERIOD_S)
            return
        self._find_simulator()
        self._show(view)


def read_playback_status(message: DiagnosticArray) -> PlaybackStatus:
    """Return the status in a message.

    Raises:
        MessageError: `paused` is missing, or the speed is out of range.
    """
    values = read_status(message, "transport", needed=("paused",))
    speed = values.get(SPEED)
    if speed is not None and not SLOWEST <= speed <= FASTEST:
        raise MessageError(f"{SPEED} {speed}: want {SLOWEST} to {FASTEST}")
    return PlaybackStatus(paused=bool(values["paused"]), speed=speed)
