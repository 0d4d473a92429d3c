"""Trained networks as ONNX files, checked before they are run."""
