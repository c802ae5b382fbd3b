"""Reports in a test, told at some hour, and officers who act on them."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from tests.officers import an_officer
from tests.people import NOW, a_phone
from verify_service.accounts.officers import Role
from verify_service.grievances.acting import Acting
from verify_service.grievances.actions import Triage, verify
from verify_service.grievances.opening import NewGrievance, open_grievance
from verify_service.grievances.visibility import Viewer
from verify_service.ground.database import transaction
from verify_service.ground.tables import Grievance, Officer

_told = count(1)
PLACE = "32.75.01.1001"


def a_report(
    db: Any,
    *,
    category: str = "not_active",
    number: str | None = "+6281234567890",
    words: str = "Kartu belum datang",
    at: dt.datetime = NOW,
    **more: Any,
) -> int:
    """A report as a phone makes it; its id."""
    phone = a_phone(db, number) if number and more.get("identity") != "anonymous" else None
    told = {"identity": "normal", "kelurahan_code": PLACE, "language": "id", **more}
    report = NewGrievance(category, "report", "ussd", f"test:{next(_told)}", words=words, phone_id=phone, **told)
    with transaction() as session:
        return open_grievance(session, report, now=at).id


def acting(session: Session, officer: int, now: dt.datetime = NOW) -> Acting:
    """Somebody at the desk, at this hour."""
    held = session.get_one(Officer, officer)
    return Acting(session, Viewer(held.id, Role(held.role), held.unit, held.area, held.cleared), now)


def staff(db: Any) -> dict[str, int]:
    """A city's officers: of two units and a kelurahan, supervisors of both, and an auditor."""
    people: dict[str, dict[str, Any]] = {
        "team": {"cleared": True},
        "disnaker": {"unit": "disnaker"},
        "kelurahan": {"unit": "kelurahan", "role": "kelurahan", "area": PLACE},
        "head": {"role": "supervisor", "cleared": True},
        "head of disnaker": {"role": "supervisor", "unit": "disnaker"},
        "auditor": {"role": "auditor"},
    }
    return {
        name: an_officer(f"{name.replace(' ', '.')}@bekasi.example", name=name, **facts)
        for name, facts in people.items()
    }


def verified(db: Any, by: int, *, at: dt.datetime = NOW, **report: Any) -> int:
    """A report that somebody has looked at, and that has an owner."""
    case = a_report(db, at=at, **report)
    with transaction() as session:
        held = session.get_one(Grievance, case)
        refused = verify(acting(session, by, at), case, held.version, Triage(held.category, held.urgency or ""))
    assert refused is None, refused
    return case


def case_of(db: Any, case: int) -> dict[str, Any]:
    """The row of a report."""
    (row,) = db.execute("SELECT to_jsonb(grievance) FROM grievance WHERE id = %s", [case]).fetchone()
    return dict(row)
