"""Who plays where nobody is named. The standard library alone: launch files and options read it too."""

DEFAULT_CONTROLLER = "onnx"
WITHOUT_MODEL = "streaming"
"""Its teacher, for a node that is given no networks: it cannot know where the bundled ones are."""


def default_controller(model: str) -> str:
    """The default of a node that plays from the folder `model`, empty for none."""
    return DEFAULT_CONTROLLER if model else WITHOUT_MODEL
