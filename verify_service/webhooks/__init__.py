"""The doors that gateways knock on."""

from verify_service.webhooks import africastalking, kannel, ussd
from verify_service.webhooks.front import Door

BLUEPRINTS = (africastalking.blueprint, kannel.blueprint, ussd.blueprint)

__all__ = ["BLUEPRINTS", "Door"]
