"""Talking: what was heard, which flow it belongs to, what it changes, what to say next."""
