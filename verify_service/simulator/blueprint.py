"""The address of the simulator, and who may see it: it exists in the demo only."""

from __future__ import annotations

from flask import Blueprint, abort

from verify_service.ground.settings import settings

blueprint = Blueprint("simulator", __name__, url_prefix="/simulator")


@blueprint.before_request
def _only_in_the_demo() -> None:
    # It shows codes and speaks for anybody's number: outside the demo it does not exist.
    if not settings().demo:
        abort(404)
