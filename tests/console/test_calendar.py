"""An officer's deadlines in his calendar, and nobody else's."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import icalendar
import pytest
from flask.testing import FlaskClient

from tests.officers import an_officer, form_token, sign_in
from tests.serving import new_client
from verify_service.accounts.managing import disable, reset_password
from verify_service.grievances.opening import NewGrievance, open_grievance
from verify_service.ground.database import transaction
from verify_service.ground.tables import Grievance, Officer

ACCOUNT = "/console/account"
NOW = dt.datetime.now(dt.UTC)


def case_of(officer: int, **more: Any) -> str:
    """An open report that this officer has; its number."""
    told: dict[str, Any] = {"category": "card", "identity": "normal", **more}
    with transaction() as session:
        made = open_grievance(
            session, NewGrievance(origin="report", channel="ussd", inbound=f"c:{more}", **told), now=NOW
        )
        report = session.get_one(Grievance, made.id)
        report.assignee_id, report.state = officer, "assigned"
    return made.number


def change(client: FlaskClient, do: str) -> Any:
    token = form_token(client.get(ACCOUNT).get_data(as_text=True))
    return client.post(f"{ACCOUNT}/calendar", data={"csrf_token": token, "do": do})


def address(client: FlaskClient) -> str:
    found = re.search(r"http://localhost(/calendar/[\w-]{43}\.ics)", change(client, "make").get_data(as_text=True))
    assert found
    return found[1]


def entries(answer: Any) -> list[Any]:
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    return list(icalendar.Calendar.from_ical(answer.data).walk("VEVENT"))


@pytest.fixture
def officer(client: FlaskClient) -> int:
    """Somebody signed in."""
    made = an_officer(cleared=True)
    sign_in(client)
    return made


def test_each_report_is_a_day_in_the_calendar(client: FlaskClient, officer: int, db: Any) -> None:
    number = case_of(officer)
    case_of(an_officer("lain@bekasi.example"), category="other")
    (entry,) = entries(new_client().get(address(client)))
    (due_on,) = db.execute("SELECT due_on FROM grievance WHERE number = %s", [number]).fetchone()
    assert entry["summary"] == f"{number} Kartu peserta"
    assert entry["dtstart"].dt == due_on
    assert entry["dtend"].dt == due_on + dt.timedelta(days=1)
    assert entry["class"] == "PRIVATE"


@pytest.mark.parametrize(
    "told", [{"identity": "secret"}, {"category": "asked_money"}, {"identity": "anonymous", "about": "officer"}]
)
def test_of_a_sensitive_one_there_is_the_number_alone(
    client: FlaskClient, officer: int, told: dict[str, str], db: Any
) -> None:
    number = case_of(officer, urgency="accident", **told)
    answer = client.get(address(client))
    (entry,) = entries(answer)
    assert entry["summary"] == number
    assert "Kartu" not in answer.get_data(as_text=True)


def test_what_is_answered_or_no_longer_seen_is_gone(client: FlaskClient, officer: int, db: Any) -> None:
    case_of(officer)
    case_of(officer, category="asked_money")
    at = address(client)
    assert len(entries(client.get(at))) == 2
    db.execute("UPDATE officer SET cleared = false")
    assert len(entries(client.get(at))) == 1
    db.execute("UPDATE grievance SET answered_at = now()")
    assert entries(client.get(at)) == []


def test_nothing_new_is_not_sent_again(client: FlaskClient, officer: int, db: Any) -> None:
    case_of(officer)
    at = address(client)
    tag = client.get(at).headers["ETag"]
    again = client.get(at, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    db.execute("UPDATE grievance SET due_on = due_on + 1, version = version + 1")
    assert client.get(at, headers={"If-None-Match": tag}).status_code == 200


def test_an_address_is_withdrawn_or_exchanged(client: FlaskClient, officer: int, db: Any) -> None:
    first = address(client)
    second = address(client)
    assert [client.get(at).status_code for at in (first, second)] == [404, 200]
    change(client, "withdraw")
    assert client.get(second).status_code == 404
    assert second.split("/")[-1] not in client.get(ACCOUNT).get_data(as_text=True)
    actions = [row[0] for row in db.execute("SELECT action FROM audit WHERE action LIKE 'calendar%' ORDER BY id")]
    assert actions == ["calendar address made"] * 2 + ["calendar address withdrawn"]


def test_the_calendar_of_a_closed_account_is_closed_for_good(client: FlaskClient, officer: int, db: Any) -> None:
    at = address(client)
    with transaction() as session:
        disable(session, session.get_one(Officer, officer), by="test", now=NOW)
    assert client.get(at).status_code == 404
    db.execute("UPDATE officer SET disabled_at = NULL")
    assert client.get(at).status_code == 404


def test_the_address_goes_with_the_password_that_was_exchanged(client: FlaskClient, officer: int, db: Any) -> None:
    at = address(client)
    with transaction() as session:
        reset_password(session, session.get_one(Officer, officer), by="test", now=NOW)
    assert client.get(at).status_code == 404, "whoever knew the password may have made it"


def test_the_token_is_neither_stored_nor_logged(client: FlaskClient, officer: int, db: Any, capsys: Any) -> None:
    at = address(client)
    client.get(at)
    token = at.removeprefix("/calendar/").removesuffix(".ics")
    (kept,) = db.execute("SELECT calendar_hash FROM officer").fetchone()
    assert token.encode() not in bytes(kept)
    counted = client.get("/metrics").get_data(as_text=True)
    assert 'route="/calendar/<token>.ics"' in counted
    for told in (counted, str(db.execute("SELECT detail FROM audit").fetchall()), *capsys.readouterr()):
        assert token not in told


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "a" * 3000])
def test_a_made_up_address_opens_nothing(client: FlaskClient, officer: int, token: str) -> None:
    assert client.get(f"/calendar/{token}.ics").status_code == 404
