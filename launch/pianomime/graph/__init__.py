"""The ROS graph: options, nodes, processes. What launch files read needs the standard library alone."""
