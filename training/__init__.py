"""Training data and what is learned from it; offline, no ROS."""
