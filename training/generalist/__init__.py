"""The generalist policy: data labelled by the planner, training, export. The policy is the controller `onnx`."""
