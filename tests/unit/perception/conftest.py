"""Perception nodes for each test that asks for them."""

import pytest


@pytest.fixture
def see(monkeypatch):
    """Start a perception_node with parameters, as a command line gives them; `known`: it knows its keyboard."""
    import rclpy
    from seeing import Seeing, keyboard

    from pianomime_perception import ros_perception

    parts = []

    def start(known: bool = True, **parameters) -> Seeing:
        if known:
            monkeypatch.setattr(ros_perception, "given_keyboard", lambda corners, source: keyboard)
        parts.append(Seeing(monkeypatch, **parameters))
        return parts[-1]

    yield start
    for each in parts:
        each.close()
    rclpy.try_shutdown()
