"""Who should be covered and is not: the waiting list, checked against the roster and itself."""
