"""Music as goals: a MIDI file, or a live keyboard with its ports and events; the nodes that publish them."""

import pianomime_core.parent  # noqa: F401 (remembers who started us, before anything slow is imported)
