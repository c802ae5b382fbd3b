"""Whether the service does its work: what ran, what waits, what fails, and what an operator has to do."""
