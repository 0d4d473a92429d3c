"""Controllers, and the ROS nodes that run them."""

import pianomime_core.parent  # noqa: F401 (records the parent process before anything slow is imported)
