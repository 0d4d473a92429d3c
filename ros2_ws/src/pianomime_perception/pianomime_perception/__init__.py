"""From a video of a pianist to fingertips over a keyboard: OpenCV and MediaPipe (`make perceive`), no simulator.

keyboard_map: KeyboardMap, pixels to metres.
"""

import pianomime_core.parent  # noqa: F401 (remembers who started us, before anything slow is imported)
