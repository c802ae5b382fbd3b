"""Officers at work on a person in a test, without a browser: what a page or the command line calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from tests.officers import an_officer
from verify_service.accounts.officers import Role
from verify_service.grievances.acting import Acting
from verify_service.grievances.visibility import Viewer
from verify_service.ground.database import transaction
from verify_service.ground.tables import PersonRequest
from verify_service.persons.group import Group, group_of
from verify_service.persons.rights import Asked, Step, ask

_emails = count(1)


def a_viewer(role: str = "admin", **account: Any) -> Viewer:
    """An account of this role, as far as it decides what is seen."""
    officer = an_officer(f"orang{next(_emails)}@bekasi.example", role, **account)
    unit, area = account.get("unit", "grievance"), account.get("area")
    return Viewer(officer, Role(role), unit, area, account.get("cleared", False))


@contextmanager
def at_work(viewer: Viewer, now: dt.datetime | None = None) -> Iterator[Acting]:
    with transaction() as session:
        yield Acting(session, viewer, now or dt.datetime.now(dt.UTC))


def the_person(who: Acting, worker: int) -> Group:
    return group_of(who.session, worker)


def asked(viewer: Viewer, worker: int, kind: str, at: dt.datetime | None = None) -> int:
    """A request of the person themselves, with their card in hand."""
    with at_work(viewer) as who:
        made = ask(who, the_person(who, worker), Asked(kind, "self", "ktp", "di loket", at))
        assert isinstance(made, PersonRequest), made
        return made.id


def step(db: Any, request: int, reason: str = "", note: str = "") -> Step:
    """As the page has it now."""
    (version,) = db.execute("SELECT version FROM person_request WHERE id = %s", [request]).fetchone()
    return Step(request, version, reason, note)
