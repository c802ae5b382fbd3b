"""Whether the service can work: for the supervisor that restarts it and the balancer that sends people to it."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from verify_service.ground import queue
from verify_service.ground.database import Unavailable, transaction
from verify_service.messaging.gateways import gateway
from verify_service.messaging.health import away_since

blueprint = Blueprint("health", __name__, url_prefix="/health")
PATIENCE = 3.0  # seconds; longer than this and a citizen's session is lost anyway


@blueprint.get("/live")
def live() -> Response:
    """The process answers; says nothing of what it depends on, since restarting it would not mend that."""
    return jsonify(status="ok")


@blueprint.get("/ready")
def ready() -> tuple[Response, int]:
    """503 without PostgreSQL, since nothing can be stored; 200 without Valkey, since nothing is lost then.

    `gateway` is for information: texts wait while it is away, and hops are answered all the same.
    """
    sending = _gateway()
    database, waiting = "ok" if sending else "down", "ok" if queue.healthy() else "down"
    answer = jsonify(database=database, queue=waiting, gateway=sending or "unknown")
    return answer, 200 if sending else 503


def _gateway() -> str | None:
    """Whether texts flow, as PostgreSQL has it; None when that does not answer."""
    try:
        with transaction(seconds=PATIENCE) as session:
            return "away" if away_since(session, gateway().name) else "ok"
    except Unavailable:
        return None
