"""The song's pause, restart, stop and speed as services, a parameter and a topic: the simulator's side, and that of
whoever has the buttons.

piano/pause (std_srvs/SetBool), piano/restart and piano/stop (std_srvs/Trigger), parameter `speed` of sim_node;
piano/transport says how things stand, latched. Live music waits for nobody: then there is none of them.
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
from pianomime_core.ros_messages import MessageError, read_status, status_message
from pianomime_core.ros_parameters import declare_number
from pianomime_core.ros_qos import LATCHED
from pianomime_sim.playback_control import FASTEST, SLOWEST, PlaybackControl
from pianomime_sim.viewers.base import PlaybackStatus

SPEED = "speed"
COMPLAINT_PERIOD_S = 2.0


class PlaybackControlServer:
    """Gives the graph a hand on the transport of a simulator.

    Args:
        node: The simulator's; its parameter `speed` is declared here.
        restart, stop: Begin the song again, or end it where it is; return why they cannot, or an empty text.

    Attributes:
        transport: What the playing obeys.
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
            "How fast the song is played in real time, 1 is as written; may be set while it plays",
            lowest=SLOWEST,
            highest=FASTEST,
            read_only=False,
        )
        self.control = PlaybackControl(speed)

    def offer(self, *, sync: bool, live: bool) -> None:
        """Open the services that make sense: none for live music; no other speed where the simulator waits.

        Raises:
            UserError: There is a speed where none can be.
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
        """A song has begun, or ended."""
        self._playing = playing
        if self._offered:
            self._publish_status()

    def _on_pause(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        self.control.pause(request.data)
        self._publish_status()
        response.success, response.message = True, "paused" if request.data else "goes on"
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
            # The range was looked at before we are asked.
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
    """The buttons' side: asks without waiting for answers, from any thread; refusals are logged.

    Args:
        node: Whose buttons these are.
        show: Called with how things stand, each time that changes; never, where the transport cannot be moved.
    """

    def __init__(self, node: Node, show: Callable[[PlaybackStatus], None]) -> None:
        self._node = node
        self._show = show
        self._pause = node.create_client(SetBool, topics.PAUSE)
        self._restart = node.create_client(Trigger, topics.RESTART)
        self._parameters: dict[str, Client] = {}
        self._states = node.create_subscription(DiagnosticArray, topics.TRANSPORT, self._on_state, LATCHED)

    def pause(self, paused: bool) -> None:
        """Ask to pause, or to go on."""
        self._ask(self._pause, SetBool.Request(data=paused))

    def restart(self) -> None:
        """Ask for the song from its beginning."""
        self._ask(self._restart, Trigger.Request())

    def set_speed(self, speed: float) -> None:
        """Ask for a speed, as a share of full speed."""
        request = SetParameters.Request(parameters=[Parameter(SPEED, value=speed).to_parameter_msg()])
        self._find_simulator()
        for client in self._parameters.values():
            self._ask(client, request)

    def _find_simulator(self) -> None:
        """Parameters belong to a node, whatever it is called: to the one that says how things stand."""
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

        # Who is not there now will say how things stand when it comes.
        if client.service_is_ready():
            client.call_async(request).add_done_callback(read)

    def _on_state(self, message: DiagnosticArray) -> None:
        try:
            view = read_playback_status(message)
        except MessageError as error:
            name = self._node.resolve_topic_name(topics.TRANSPORT)
            self._node.get_logger().error(f"{name} refused: {error}", throttle_duration_sec=COMPLAINT_PERIOD_S)
            return
        self._find_simulator()
        self._show(view)


def read_playback_status(message: DiagnosticArray) -> PlaybackStatus:
    """Return how things stand.

    Raises:
        MessageError: Nothing says whether there is a pause, or the speed is none that can be set.
    """
    values = read_status(message, "transport", needed=("paused",))
    speed = values.get(SPEED)
    if speed is not None and not SLOWEST <= speed <= FASTEST:
        raise MessageError(f"{SPEED} {speed}: want {SLOWEST} to {FASTEST}")
    return PlaybackStatus(paused=bool(values["paused"]), speed=speed)
