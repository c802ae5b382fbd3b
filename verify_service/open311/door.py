"""The door itself: who may come in, how much may be carried, and how a refusal is said."""

from __future__ import annotations

import datetime as dt
from typing import Final

from flask import Blueprint, Response, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from verify_service import telemetry
from verify_service.accounts.api_keys import Admitted, admit
from verify_service.ground.crypto import blind_index
from verify_service.ground.programme import programme
from verify_service.ground.queue import counted
from verify_service.open311.wire import FORMATS, Open311Refusal, errors

PATIENCE: Final = 5.0  # seconds for the database
LARGEST: Final = 64 * 1024
FOLLOWED: Final = 600  # calls by number an hour and address, without a key
FORMAT: Final = '<any("xml","json"):form>'

blueprint = Blueprint("open311", __name__, url_prefix="/open311/v2")


@blueprint.before_request
def _measure() -> None:
    request.max_content_length = LARGEST
    jurisdiction = request.values.get("jurisdiction_id", "")
    if jurisdiction and jurisdiction != programme().jurisdiction:
        raise Open311Refusal(404, f"jurisdiction_id was not found; here it is {programme().jurisdiction}, or nothing")


def admitted(session: Session, *, now: dt.datetime) -> Admitted:
    """The system that asks. Its key comes in the header X-Api-Key, or as the parameter api_key of the standard."""
    key = request.headers.get("X-Api-Key") or request.values.get("api_key", "")
    sender = admit(session, key, now=now) if key else None
    if sender is None:
        raise Open311Refusal(403, "api_key is missing or not in use; ask the programme's office for one")
    return sender


def has_key() -> bool:
    """Whether a key came with the call, right or wrong."""
    return bool(request.headers.get("X-Api-Key") or request.values.get("api_key", ""))


def guesses_numbers() -> bool:
    """Whether this address has followed more numbers within the hour than anybody files: it may be trying them out."""
    return counted(f"followed:{blind_index(request.remote_addr or '', 'address').hex()}", seconds=3600) > FOLLOWED


def too_many(sender: Admitted, form: str, now: dt.datetime) -> Response | None:
    """The answer to a system that has asked too often within this hour."""
    if not sender.over:
        return None
    response = errors(429, f"More than {programme().open311.calls_per_hour} calls in an hour; wait for the next", form)
    response.headers["Retry-After"] = str(3600 - now.minute * 60 - now.second)
    return response


@blueprint.route("/<path:anything>", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
def nowhere(anything: str) -> Response:
    """Whatever the standard does not name."""
    raise Open311Refusal(404, "There is nothing at this address; begin at discovery.json or discovery.xml")


@blueprint.errorhandler(Open311Refusal)
def _refused(refused: Open311Refusal) -> Response:
    return errors(refused.status, refused.description, _form())


@blueprint.errorhandler(HTTPException)
def _impossible(error: HTTPException) -> Response:
    status = error.code or 500
    said = {413: f"The request is larger than {LARGEST} bytes", 405: "This address is not asked that way"}
    return errors(status, said.get(status, "The request could not be read"), _form())


@blueprint.errorhandler(OperationalError)
@blueprint.errorhandler(PoolTimeout)
def _busy(error: Exception) -> Response:
    telemetry.log_fault(error)
    return errors(503, "Busy for a moment; nothing was filed, send it again", _form())


@blueprint.errorhandler(Exception)
def _fault(error: Exception) -> Response:
    telemetry.log_fault(error)
    return errors(500, "Something went wrong here; it has been noted", _form())


def _form() -> str:
    """The form that was asked for; XML, which the standard requires, where none was."""
    asked = request.path.rpartition(".")[2]
    return asked if asked in FORMATS else "xml"
