"""Notes, goals, names, metrics and recordings of the robot pianist: numpy, no simulator; only `ros_*` files use ROS.

errors: UserError. timing: the two clocks. keyboard: KEYBOARD, KEY_NAMES. hands: joint_names, target_names.
notes: Score, load_midi. piano_roll: piano_roll. goal_window: goal_window, StreamingGoal.
metrics: score, RunningScore. rollout: Rollout.
"""
