"""Songs played in the simulator: scoring, viewers, sound and recording."""

import pianomime_core.parent  # noqa: F401 (remembers who started us, before anything slow is imported)
