"""The city's own window: figures anybody may see, and nobody can be found in."""

from verify_service.public.front_page import blueprint

__all__ = ["blueprint"]
