"""The city's own window: figures anybody may see, and nobody can be found in."""

from verify_service.public.home import blueprint

__all__ = ["blueprint"]
