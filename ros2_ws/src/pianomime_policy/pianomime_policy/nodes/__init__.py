"""The ROS nodes, and how each control step is answered exactly once."""
