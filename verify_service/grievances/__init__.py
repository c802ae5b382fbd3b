"""What people report: opened with a number and a day by which it is answered, followed by that number."""
