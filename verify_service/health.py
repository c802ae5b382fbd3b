"""Whether the service can work: for the supervisor that restarts it and the balancer that sends people to it."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from verify_service.ground import queue
from verify_service.ground.database import Unavailable, transaction

blueprint = Blueprint("health", __name__, url_prefix="/health")
PATIENCE = 3.0  # seconds; longer than this and a citizen's session is lost anyway


@blueprint.get("/live")
def live() -> Response:
    """The process answers; says nothing of what it depends on, since restarting it would not mend that."""
    return jsonify(status="ok")


@blueprint.get("/ready")
def ready() -> tuple[Response, int]:
    """503 without PostgreSQL, since nothing can be stored; 200 without Valkey, since nothing is lost then."""
    database, waiting = _database(), "ok" if queue.healthy() else "down"
    return jsonify(database=database, queue=waiting), 200 if database == "ok" else 503


def _database() -> str:
    try:
        with transaction(seconds=PATIENCE) as session:
            session.execute(text("SELECT 1"))
    except Unavailable:
        return "down"
    return "ok"
