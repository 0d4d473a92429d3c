"""Songs played without ROS: one, again, many at a time."""
