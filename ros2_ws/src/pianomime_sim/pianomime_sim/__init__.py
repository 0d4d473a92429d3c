"""The world of the robot pianist: songs played in the simulator, shown, heard and recorded."""

import pianomime_core.parent  # noqa: F401 (remembers who started us, before anything slow is imported)
