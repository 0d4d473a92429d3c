"""The default controller. Uses the standard library alone, since launch files and options import it too."""

DEFAULT_CONTROLLER = "onnx"
WITHOUT_MODEL = "streaming"
"""Its teacher, for a node without a model, which cannot know where the bundled networks are."""


def default_controller(model: str) -> str:
    """Return the default for a node with the model folder `model`, which may be empty."""
    return DEFAULT_CONTROLLER if model else WITHOUT_MODEL
