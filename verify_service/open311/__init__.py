"""The door of other city systems: Open311 GeoReport v2, with a key for whatever is about somebody's report.

The standard is https://wiki.open311.org/GeoReport_v2/. Where it leaves reports open to everybody we ask for the key:
these are people's complaints.
"""

from verify_service.open311 import requests, services  # noqa: F401  # routes
from verify_service.open311.door import blueprint

__all__ = ["blueprint"]
