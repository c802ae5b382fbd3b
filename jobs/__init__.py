"""When work happens: thin RQ entry points and the schedule."""
