"""Music as goals: MIDI files and live MIDI keyboards, and the ROS nodes that publish them."""

import pianomime_core.parent  # noqa: F401 (records the parent process before anything slow is imported)
