"""Taking somebody off the list: two officers, a notice, days for objecting, and a decision."""
