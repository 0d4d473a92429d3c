"""The names of topics and services, and of the frame that the piano stands in, once. Topics are relative: the namespace
of the nodes moves a whole robot, and two robots in two namespaces do not hear one another.

/diagnostics alone is absolute, as ROS 2's own tools expect it; nodes give their names there with the namespace. The
clock is relative too: outside any namespace it is the /clock that ROS 2's time sources listen to, and two simulators in
two namespaces do not pull one time to and fro.
"""

SONG = "piano/song"
GOAL = "piano/goal"
KEY_STATES = "piano/joint_states"
KEY_EVENTS = "piano/key_events"
SCORE = "piano/score"
TRANSPORT = "piano/transport"
PAUSE = "piano/pause"
RESTART = "piano/restart"
PLAY = "piano/play"
STOP = "piano/stop"
START = "hands/start"
HAND_STATES = "hands/joint_states"
COMMAND = "hands/command"
FINGERTIP_TARGETS = "hands/fingertip_targets"
MESHES = "hands/meshes"
HUMAN_FINGERTIPS = "hands/human_fingertips"
HUMAN_MARKERS = "hands/human_markers"
HUMAN_IMAGE = "hands/human_image"
IMAGE = "camera/image_raw"
"""Where pictures are expected unless a parameter says otherwise."""
MARKERS = "markers"
DESCRIPTION = "robot_description"
CLOCK = "clock"
DIAGNOSTICS = "/diagnostics"

WORLD = "world"
"""The frame; a robot may have a prefix before it (`ros_prefixes`)."""
