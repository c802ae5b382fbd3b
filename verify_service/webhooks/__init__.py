"""The doors that gateways knock on."""

from verify_service.webhooks.africastalking import Door, blueprint

__all__ = ["Door", "blueprint"]
