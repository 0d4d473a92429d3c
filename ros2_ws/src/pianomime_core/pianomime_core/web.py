"""Where the browser viewer is served unless told otherwise: to this machine alone."""

LOCALHOST = "127.0.0.1"
VIEWER_PORT = 8080
