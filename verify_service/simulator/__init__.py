"""Phones in the browser, for the demo: they speak the same webhook as the network does."""

from verify_service.simulator import handset, inbox  # noqa: F401  # their routes
from verify_service.simulator.blueprint import blueprint

__all__ = ["blueprint"]
