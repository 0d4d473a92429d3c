"""The ROS graph: options, nodes, processes. Modules used by launch files need only the standard library."""
