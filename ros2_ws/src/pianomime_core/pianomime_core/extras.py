"""What is installed only where it is asked for, and how to ask. The standard library alone."""

MAKE_TARGETS = {"perceive": "perceive", "training": "training", "transcribe": "transcribe", "gym": "training"}
"""Extra to the target of the Makefile that installs the same; all others come with `make install`."""


def missing_extra(what: str, package: str, extra: str) -> str:
    """Return the one line that says how to install what is missing.

    Args:
        what: What was asked for, as people call it.
        package: What it needs and is not installed.
        extra: The extra of the project that brings it.
    """
    target = MAKE_TARGETS.get(extra, "install")
    return f'{what} needs {package}, which is not installed: pip install ".[{extra}]" (or make {target}) in the source'
