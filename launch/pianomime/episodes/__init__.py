"""Songs played without ROS: single episodes, replays, many in parallel."""
