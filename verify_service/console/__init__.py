"""The officers' rooms in the browser: who must act, on what, and how the city stands, as it changes."""

from verify_service.console import access, account, exports, home, officers, reports, tasks, texts  # noqa: F401  # routes
from verify_service.console.access import officer_of
from verify_service.console.blueprint import blueprint

__all__ = ["blueprint", "officer_of"]
