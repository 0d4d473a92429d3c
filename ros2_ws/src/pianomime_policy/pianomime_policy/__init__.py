"""Who plays: controllers, and the nodes that ask them."""

import pianomime_core.parent  # noqa: F401 (remembers who started us, before anything slow is imported)
