"""Verification rounds: whom to ask, what became of each, and what the answers are worth."""
