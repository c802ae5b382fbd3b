"""The doors that gateways knock on."""

from verify_service.webhooks.africastalking import blueprint

__all__ = ["blueprint"]
