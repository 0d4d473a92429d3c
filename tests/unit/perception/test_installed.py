"""A machine without OpenCV and MediaPipe."""

import subprocess
import sys

MAIN = "import sys; sys.modules['cv2'] = None; from pianomime_perception.perception_node import main; sys.exit(main())"


def test_the_node_says_in_one_line_what_is_missing():
    done = subprocess.run([sys.executable, "-c", MAIN], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith("error: seeing hands needs cv2")
    assert "make perceive" in line
