"""Training data and trained networks; offline, without ROS."""
