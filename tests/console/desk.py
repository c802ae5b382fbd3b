"""An officer at the desk in a test: files, opens and sends through the pages, and knows only what they say."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from itertools import count
from typing import Any

from flask.testing import FlaskClient

from tests.officers import PASSWORD, an_officer, form_token, sign_in
from tests.people import a_phone
from tests.serving import new_client
from verify_service.grievances.opening import NewGrievance, open_grievance
from verify_service.ground.database import transaction

PHONE = "+6281234567890"
_rows = count(1)
_officers = count(1)


def a_case(
    db: Any,
    words: str = "Kartu belum datang",
    *,
    category: str = "not_active",
    identity: str = "normal",
    urgency: str = "",
    phone: str | None = PHONE,
    worker: int | None = None,
    kelurahan: str | None = None,
    contact: str | None = None,
    at: dt.datetime | None = None,
    **columns: Any,
) -> int:
    """A report as a phone would have made it; `columns` are set afterwards."""
    report = NewGrievance(
        category,
        "report",
        "ussd",
        f"test:{next(_rows)}",
        words=words,
        identity=identity,
        urgency=urgency,
        phone_id=a_phone(db, phone) if phone and identity != "anonymous" else None,
        worker_id=worker,
        kelurahan_code=kelurahan,
    )
    with transaction() as session:
        made = open_grievance(session, report, now=at or dt.datetime.now(dt.UTC))
    if contact:
        columns["contact"] = contact
    for column, value in columns.items():
        db.execute(f"UPDATE grievance SET {column} = %s WHERE id = %s", [value, made.id])
    return made.id


def number_of(db: Any, case: int) -> str:
    (number,) = db.execute("SELECT number FROM grievance WHERE id = %s", [case]).fetchone()
    return str(number)


def state_of(db: Any, case: int) -> str:
    (state,) = db.execute("SELECT state FROM grievance WHERE id = %s", [case]).fetchone()
    return str(state)


@dataclass
class Desk:
    """One officer with a browser."""

    client: FlaskClient
    id: int
    name: str
    token: str = ""  # of the forms, the same on all pages of whoever has signed in

    def see(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return str(answer.get_data(as_text=True))

    def status(self, path: str) -> int:
        return int(self.client.get(path).status_code)

    def post(self, path: str, form: dict[str, Any], *, page: str | None = None) -> Any:
        if page is None and not self.token:
            self.token = form_token(self.see("/console/cases"))
        token = form_token(page) if page is not None else self.token
        return self.client.post(path, data={"csrf_token": token, **form})

    def open(self, case: int) -> str:
        return self.see(f"/console/cases/{case}")

    def step(self, case: int, step: str, *, page: str | None = None, **form: Any) -> Any:
        """Send one form of the case's page, as the page had it when it was opened."""
        page = page if page is not None else self.open(case)
        return self.post(f"/console/cases/{case}", {"step": step, **shown_in(page), **form}, page=page)


def shown_in(page: str) -> dict[str, str]:
    """The version of the case, and how much of its thread, that a page was made with."""
    return {
        name: value
        for name in ("version", "seen")
        if (found := re.search(rf'name="{name}" value="(\d+)"', page)) and (value := found[1])
    }


def at_the_desk(role: str = "officer", **account: Any) -> Desk:
    """Somebody with an account, signed in with a browser of their own."""
    number = next(_officers)
    name = account.pop("name", f"Petugas {number}")
    email = f"petugas{number}@bekasi.example"
    officer = an_officer(email, role, name=name, **account)
    client = new_client()
    sign_in(client, email, PASSWORD, environ_base={"REMOTE_ADDR": f"10.0.{number // 250}.{number % 250}"})
    return Desk(client, officer, name)
