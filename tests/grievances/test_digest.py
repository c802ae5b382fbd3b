"""One mail a working day, over a real connection to a mail server of our own."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import forget_everything
from tests.grievances.worked import NOW, staff, verified
from tests.officers import form_token
from tests.people import a_worker
from tests.serving import new_client
from tests.standins.mail import MailServer, mail_server
from verify_service.grievances import digest
from verify_service.ground.database import transaction
from verify_service.ground.programme import programme
from verify_service.ground.working_days import city_day, is_working_day

MORNING = dt.datetime(2027, 3, 2, 9, 0, tzinfo=programme().zone)  # a Tuesday


@pytest.fixture
def mail(db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with mail_server() as server:
        monkeypatch.setenv("VERIFY_MAIL_URL", server.url)
        monkeypatch.setenv("VERIFY_PUBLIC_URL", "https://sigap.example")
        forget_everything()
        yield server
    monkeypatch.undo()
    forget_everything()


def mailed(now: dt.datetime) -> int:
    with transaction() as session:
        held = digest.due(session, now=now)
    went = digest.send(held, now=now) if held else []
    with transaction() as session:
        digest.sent(session, went, now=now)
    return len(went)


def to(mail: MailServer) -> list[str]:
    return [one for addresses, _ in mail.held for one in addresses]


def test_whoever_has_something_waiting_gets_one_mail_a_day_without_anybodys_data(db: Any, mail: MailServer) -> None:
    people = staff(db)
    a_worker(db)
    cases = [verified(db, people["team"]) for _ in range(3)]
    assert (mailed(MORNING), mailed(MORNING + dt.timedelta(hours=2))) == (1, 0)
    assert to(mail) == ["disnaker@bekasi.example"]
    held = mail.held[0][1]
    assert held["Subject"] == f"{programme().brand}: 3 hal menunggu Anda"
    words = held.get_content()
    assert "- 3 kasus diserahkan kepada Anda" in words
    assert "https://sigap.example/console/notices" in words
    numbers = [number for (number,) in db.execute("SELECT number FROM grievance")]
    assert len(cases) == len(numbers)
    assert not [number for number in numbers if number in words]
    assert mailed(MORNING + dt.timedelta(days=1)) == 0, "of the same nobody is written to twice"


@pytest.mark.parametrize("hour", [6, 20, 23])
def test_nobody_is_mailed_when_the_city_does_not_work(db: Any, mail: MailServer, hour: int) -> None:
    people = staff(db)
    a_worker(db)
    verified(db, people["team"])
    assert mailed(MORNING.replace(hour=hour)) == 0
    sunday = MORNING - dt.timedelta(days=2)
    assert not is_working_day(city_day(sunday))
    assert mailed(sunday) == 0


def test_the_link_in_the_mail_stops_it_without_a_sign_in(db: Any, mail: MailServer) -> None:
    people = staff(db)
    a_worker(db)
    verified(db, people["team"])
    mailed(MORNING)
    link = re.search(r"https://sigap\.example(/console/digest/\S+)", mail.held[0][1].get_content())
    assert link
    assert mail.held[0][1]["List-Unsubscribe"].strip() == f"<https://sigap.example{link[1]}>"
    client = new_client()
    page = client.get(link[1])
    assert db.execute("SELECT count(*) FROM officer WHERE NOT digest").fetchone() == (0,), "to look stops nothing"
    assert client.post(link[1], data={"csrf_token": form_token(page.get_data(as_text=True))}).status_code == 200
    assert db.execute("SELECT id FROM officer WHERE NOT digest").fetchall() == [(people["disnaker"],)]
    assert client.get("/console/digest/WzFd.forged").status_code == 404
    verified(db, people["team"])
    assert mailed(MORNING + dt.timedelta(days=1)) == 0


def test_an_address_that_is_refused_keeps_nobody_else_from_theirs(db: Any, mail: MailServer) -> None:
    people = staff(db)
    a_worker(db)
    verified(db, people["team"])
    verified(db, people["team"], category="rt_conduct", about="rt_rw")
    db.execute("UPDATE grievance_notice SET officer_id = %s WHERE id = 1", [people["head"]])
    db.execute("UPDATE grievance_notice SET officer_id = %s WHERE id > 1", [people["disnaker"]])
    verified(db, people["team"])
    mail.refuses, mail.knows = "550 no such user", "head@bekasi.example"
    assert mailed(MORNING) == 2
    assert to(mail) == ["head@bekasi.example"]
    assert mailed(MORNING + dt.timedelta(hours=1)) == 0


def test_without_a_mail_server_nothing_is_due(db: Any) -> None:
    people = staff(db)
    a_worker(db)
    verified(db, people["team"], at=NOW)
    assert mailed(MORNING) == 0
