"""Providers, each behind the same contract."""
