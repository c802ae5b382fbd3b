"""What is published of the people: all counts rounded together, attacked before they are printed, and kept."""
