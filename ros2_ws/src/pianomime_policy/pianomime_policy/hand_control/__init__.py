"""From fingertip targets to actuator targets: kinematics, inverse kinematics, tracking; one hand and two."""
