"""Phones in the browser, for the demo: they speak the same webhook as the network does."""

from verify_service.simulator.home import blueprint

__all__ = ["blueprint"]
