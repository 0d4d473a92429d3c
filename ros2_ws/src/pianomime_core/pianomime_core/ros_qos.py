"""The quality of service of every topic, chosen once; both ends of a topic take it from here.

All traffic is reliable but the clock: a lost goal or command is a wrong note, and the messages are small. State, goal
and command keep one message only: whoever falls behind wants the newest, never a queue of old ones. What is said once
(the song, the joint positions to begin from) is latched, that is kept by its publisher for subscribers found later.
The score is latched too, so that a late viewer, or a terminal opened after the song, sees the last one.
"""

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy


def _profile(reliability: ReliabilityPolicy, durability: DurabilityPolicy, depth: int) -> QoSProfile:
    return QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=depth, reliability=reliability, durability=durability)


NEWEST = _profile(ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE, 1)
"""/hands/joint_states, /piano/joint_states, /piano/goal, /hands/command."""

LATCHED = _profile(ReliabilityPolicy.RELIABLE, DurabilityPolicy.TRANSIENT_LOCAL, 1)
"""/piano/song, /hands/start, /piano/score, /markers."""

REPORT = _profile(ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE, 10)
"""/diagnostics: several nodes publish to one topic, so a reader needs a short queue."""

EVENTS = _profile(ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE, 200)
"""/piano/key_events: each counts, and a chord may be ten messages at once."""

CLOCK = _profile(ReliabilityPolicy.BEST_EFFORT, DurabilityPolicy.VOLATILE, 1)
"""/clock, as ROS 2's own time sources expect it."""
