"""The doors that gateways knock on."""

from verify_service.webhooks import africastalking
from verify_service.webhooks.africastalking import Door

BLUEPRINTS = (africastalking.blueprint,)

__all__ = ["BLUEPRINTS", "Door"]
