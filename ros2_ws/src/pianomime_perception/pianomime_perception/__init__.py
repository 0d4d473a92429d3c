"""From a video of a pianist to fingertips over a keyboard: OpenCV and MediaPipe (`make perceive`), no simulator.

keyboard_map: KeyboardMap, pixels to metres.
"""
