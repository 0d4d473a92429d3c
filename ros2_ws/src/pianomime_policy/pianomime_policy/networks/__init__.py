"""Trained networks as files: ONNX, checked before they are run."""
