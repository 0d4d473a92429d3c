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

"""A managed (life-cycle) ROS node: another object does the work of its transitions, and a failure is reported."""

from collections.abc import Callable
from typing import Protocol

from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from pianomime_core.ros_node import SteadyTimers


class Managed(Protocol):
    """The work of the transitions."""

    def build(self) -> None:
        """Configure: prepare everything that takes time."""
        ...

    def connect(self) -> None:
        """Activate: take part in the graph."""
        ...

    def disconnect(self) -> None:
        """Deactivate: leave the graph."""
        ...

    def forget(self) -> None:
        """Clean up, from any state: drop what was built, and anything that is still connected."""
        ...


class ManagedNode(SteadyTimers, LifecycleNode):
    """Configure builds, activate connects, deactivate disconnects, cleanup, shutdown and errors forget.

    A failure is logged and kept, since rclpy does not pass on the reason.
    """

    def __init__(self, name: str, managed: Managed) -> None:
        self._managed = managed
        self._failure: Exception | None = None
        super().__init__(name)

    def start(self) -> None:
        """Configure and activate without a life-cycle manager; raises what either of them failed with."""
        for trigger in (self.trigger_configure, self.trigger_activate):
            if trigger() != TransitionCallbackReturn.SUCCESS and self._failure is not None:
                raise self._failure

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        return self._do(self._managed.build)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        super().on_activate(state)  # enables its publishers
        return self._do(self._managed.connect)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._log_release(state)
        super().on_deactivate(state)
        return self._do(self._managed.disconnect, TransitionCallbackReturn.ERROR)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        return self._do(self._managed.forget, TransitionCallbackReturn.ERROR)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        return self._let_go(state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        return self._let_go(state)

    def destroy_node(self) -> None:
        super().destroy_node()
        # rclpy leaves the services of the life cycle behind, and with them its participant in DDS.
        self._state_machine.destroy_when_not_in_use()

    def _let_go(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Release everything from any state: afterwards this node no longer controls the hands."""
        self._log_release(state)
        super().on_deactivate(state)
        return self._do(self._managed.forget)

    def _log_release(self, state: LifecycleState) -> None:
        if state.label == "active":
            self.get_logger().warning("no longer commands the hands: they hold, then lift")

    def _do(
        self, work: Callable[[], None], failed: TransitionCallbackReturn = TransitionCallbackReturn.FAILURE
    ) -> TransitionCallbackReturn:
        """Do the work of a transition; if it fails, FAILURE returns to the state before, ERROR releases everything."""
        try:
            work()
        except Exception as error:
            self._failure = error
            self.get_logger().error(f"{error}")
            return failed
        return TransitionCallbackReturn.SUCCESS
